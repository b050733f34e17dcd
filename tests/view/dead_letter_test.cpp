#include "tender/view/dead_letter.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tender/infra/kinds.hpp"

#include "store/store_fixture.hpp"

namespace tender::view {
namespace {

using outbox::DeadLetterReason;
using outbox::Resolution;

struct DeadLetterView : StoreTest {
  outbox::DeadLetter give_up(const std::string& key) {
    letters.add(infra::kRelaySync, key, DeadLetterReason::exhausted, "boom", 7, 2,
                TimePoint(Milliseconds(1234)));
    return letters.find_open(infra::kRelaySync, key).value();
  }

  [[nodiscard]] std::string error_of(const std::string& name) {
    try {
      static_cast<void>(require_letter(database, name));
    } catch (const store::CommandError& error) {
      EXPECT_FALSE(error.remedy().empty());
      return error.what();
    }
    return "";
  }

  outbox::DeadLetters letters{database};
};

TEST_F(DeadLetterView, IsAnObjectWithNullForWhatIsOpen) {
  EXPECT_EQ(to_json(give_up("r-1"), database).dump(),
            R"({"id":1,"kind":"relay_sync","relay_id":"r-1","subdomain":null,"trigger_id":null,)"
            R"("trigger":null,"webhook_id":null,"reason":"exhausted","error":"boom",)"
            R"("attempt":7,"revision":2,"created_at":1234,"resolution":null,"resolved_at":null,)"
            R"("handler_failed":null})");
}

TEST_F(DeadLetterView, NamesTheRelayAsPeopleDo) {
  const Relay blue = create("blue");
  EXPECT_EQ(to_json(give_up(blue.id.text), database)["subdomain"], "blue");
}

TEST_F(DeadLetterView, SaysHowAndWhenItWasResolved) {
  give_up("r-1");
  letters.resolve(1, Resolution::discarded, TimePoint(Milliseconds(5678)));
  const auto json = to_json(letters.find(1).value(), database);
  EXPECT_EQ(json["resolution"], "discarded");
  EXPECT_EQ(json["resolved_at"], 5678);
}

TEST_F(DeadLetterView, IsFoundByRelayAndByNumber) {
  const Relay blue = create("blue");
  give_up(blue.id.text);
  give_up("gone");
  EXPECT_EQ(require_letter(database, "blue").id, 1);
  EXPECT_EQ(require_letter(database, blue.id.text).id, 1);
  EXPECT_EQ(require_letter(database, "1").id, 1);
  EXPECT_EQ(require_letter(database, "gone").id, 2);
}

TEST_F(DeadLetterView, SaysWhatThereIsNot) {
  create("blue");
  EXPECT_EQ(error_of("blue"), "relay blue has no open dead letter");
  EXPECT_EQ(error_of("7"), "there is no dead letter \"7\"");
  EXPECT_EQ(error_of("green"), "there is no relay \"green\"");
  EXPECT_THROW(static_cast<void>(require_letter(database, "green")), store::NoSuchRelay);
}

}  // namespace
}  // namespace tender::view
