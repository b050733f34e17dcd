#include "tender/infra/letter_work.hpp"

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/hook/delivery.hpp"
#include "tender/hook/trigger_table.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

LetterSubject subject_of(store::Database& database, const outbox::DeadLetter& letter) {
  if (letter.kind != kHookDelivery) {
    const auto relay = store::Query(database).get_relay(RelayId{letter.key});
    return {.resource_type = kRelayResource,
            .id = letter.key,
            .name = relay ? relay->subdomain : letter.key,
            .exists = relay.has_value()};
  }
  const auto delivery = hook::parse_delivery(letter.payload).value_or(hook::Delivery());
  const auto trigger = hook::TriggerTable(database).find(delivery.trigger_id);
  return {.resource_type = kTriggerResource,
          .id = delivery.trigger_id,
          .name = trigger ? trigger->name : delivery.trigger_name,
          .exists = trigger.has_value()};
}

bool ask_again(store::Database& database, store::Command& command, const outbox::DeadLetter& letter,
               bool bulk) {
  if (letter.kind == kHookDelivery) {
    const LetterSubject subject = subject_of(database, letter);
    if (subject.exists) {
      command.record_trigger(kRedriveDelivery, subject.id,
                             ordered_json_line(nlohmann::ordered_json{{"dead_letter", letter.id}}));
    }
    return subject.exists;
  }
  const auto relay = store::Query(database).get_relay(RelayId{letter.key});
  if (relay) {
    command.reconcile_relay(*relay, {.bulk = bulk});
  }
  return relay.has_value();
}

}  // namespace tender::infra
