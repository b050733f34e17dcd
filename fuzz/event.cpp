// Events that others wrote, as JSON.
#include "tender/nostr/event.hpp"

#include <optional>
#include <string>

#include "expect.hpp"
#include "fixed_random.hpp"
#include "input.hpp"

namespace tender::fuzz {
namespace {

using nostr::Event;
using nostr::EventFault;

bool same(const Event& one, const Event& other) {
  return one.id == other.id && one.pubkey == other.pubkey && one.created_at == other.created_at &&
         one.kind == other.kind && one.tags == other.tags && one.content == other.content &&
         one.sig == other.sig;
}

void check_text(const Event& event) {
  const std::optional<Event> again = nostr::parse_event(nostr::to_text(event));
  expect(again && same(*again, event), "the text of an event is parsed to that event");
}

// Signed by us it verifies, and with any part altered it does not.
void check_signing(const Event& event) {
  static const nostr::SecretKey key = nostr::SecretKey::parse(std::string(64, '1'));
  FixedRandom random;
  const Event ours = nostr::sign_event(event, key, random);
  expect(nostr::verify_event(ours) == EventFault::none, "an event that we sign verifies");
  check_text(ours);
  Event altered = ours;
  altered.content += '!';
  expect(nostr::verify_event(altered) == EventFault::bad_id, "an altered content is noticed");
  altered = ours;
  altered.tags.push_back({"u"});
  expect(nostr::verify_event(altered) == EventFault::bad_id, "an added tag is noticed");
  altered = ours;
  altered.sig.front() = altered.sig.front() == '0' ? '1' : '0';
  expect(nostr::verify_event(altered) == EventFault::bad_signature,
         "an altered signature is noticed");
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender;
  const auto event = nostr::parse_event(fuzz::Input(data, size).rest());
  if (!event) {
    return 0;
  }
  fuzz::check_text(*event);
  if (nostr::verify_event(*event) == nostr::EventFault::none) {
    fuzz::expect(event->id.size() == 64 && event->pubkey.size() == 64 && event->sig.size() == 128,
                 "an event that verifies has whole id, key and signature");
  }
  fuzz::check_signing(*event);
  return 0;
}
