// Infra::list_relay_members: one request for all who ask at the same time, and each way to fail.
#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using infra::MemberList;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Asked = std::shared_ptr<std::optional<MemberList>>;

class RelayMembers : public testing::Test {
 protected:
  RelayMembers() {
    world.env.relay_verify = config::RelayVerify::off;
    world.start();
    relay = world.create("blue");
    world.run_ready();
    world.zooid.requests.clear();
  }

  Asked ask(const RelayId& id) {
    auto asked = std::make_shared<std::optional<MemberList>>();
    boost::asio::co_spawn(world.io(), world.infra->list_relay_members(id),
                          [asked](const std::exception_ptr& error, MemberList list) {
                            EXPECT_FALSE(error);
                            *asked = std::move(list);
                          });
    return asked;
  }

  MemberList list(const RelayId& id) {
    const Asked asked = ask(id);
    EXPECT_TRUE(world.clock().advance_until([&] { return asked->has_value(); }, 1min));
    return asked->value_or(MemberList());
  }

  void answer(int status, const std::string& body) {
    world.zooid.script = [=](const auto&) { return test::answer_with(status, body); };
  }

  World world;
  Relay relay;
};

TEST_F(RelayMembers, AreThoseThatZooidLists) {
  const MemberList members = list(relay.id);
  EXPECT_EQ(members.status, MemberList::Status::ok);
  EXPECT_THAT(members.members, ElementsAre(test::kTenant));
  EXPECT_EQ(members.reason, "");
}

TEST_F(RelayMembers, AreAskedForOnceByAllWhoWantThemAtTheSameTime) {
  world.zooid.script = [](const auto&) {
    test::FakeZooid::Action action;
    action.latency = 100ms;
    return action;
  };
  std::vector<Asked> callers(1000);
  std::ranges::generate(callers, [this] { return ask(relay.id); });
  world.clock().advance(100ms);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  for (const Asked& caller : callers) {
    EXPECT_EQ(caller->value_or(MemberList()).members.size(), 1U);
  }
}

TEST_F(RelayMembers, OfARelayThatZooidDoesNotHaveAreUnknown) {
  const MemberList members = list(RelayId{"nobody"});
  EXPECT_EQ(members.status, MemberList::Status::unknown_relay);
  EXPECT_THAT(members.reason, HasSubstr("relay not found"));
}

TEST_F(RelayMembers, AreNotListedByAnOldZooid) {
  answer(405, R"({"error":"method not allowed"})");
  EXPECT_EQ(list(relay.id).status, MemberList::Status::unsupported);
}

TEST_F(RelayMembers, CannotBeToldWhenZooidFails) {
  answer(500, R"({"error":"out of luck"})");
  const MemberList members = list(relay.id);
  EXPECT_EQ(members.status, MemberList::Status::failed);
  EXPECT_THAT(members.reason, HasSubstr("out of luck"));
}

TEST_F(RelayMembers, CannotBeToldFromGarbage) {
  for (const char* const garbage : {"<html>", "{}", R"({"members":["x"]})", R"({"members":[1]})"}) {
    answer(200, garbage);
    const MemberList members = list(relay.id);
    EXPECT_EQ(members.status, MemberList::Status::garbage) << garbage;
    EXPECT_THAT(members.members, IsEmpty());
    EXPECT_THAT(members.reason, HasSubstr("check that ZOOID_API_URL is"));
  }
}

TEST_F(RelayMembers, CannotBeToldWhenZooidIsOutOfReach) {
  world.zooid.script = [](const auto&) {
    test::FakeZooid::Action action;
    action.answer = test::failure(http::Fault::refused, false);
    return action;
  };
  const MemberList members = list(relay.id);
  EXPECT_EQ(members.status, MemberList::Status::unreachable);
  EXPECT_THAT(members.reason, HasSubstr("check that zooid is running"));
}

TEST_F(RelayMembers, AreRefusedWhenTooManyAsk) {
  world.zooid.script = [](const auto&) {
    test::FakeZooid::Action action;
    action.latency = 1s;
    return action;
  };
  std::vector<Asked> callers;
  for (std::size_t i = 0; i < 5 * world.env.members_requests_max; ++i) {
    callers.push_back(ask(RelayId{"r" + std::to_string(i)}));
  }
  const MemberList members = list(RelayId{"one-too-many"});
  EXPECT_EQ(members.status, MemberList::Status::busy);
  EXPECT_THAT(members.reason, HasSubstr("try again later, or raise MEMBERS_REQUESTS_MAX"));
}

TEST_F(RelayMembers, AreNotWaitedForWhenTheWorkerStops) {
  world.zooid.script = [](const auto&) {
    test::FakeZooid::Action action;
    action.latency = 1s;
    return action;
  };
  const Asked asked = ask(relay.id);
  world.run_ready();
  world.stop();
  world.run_ready();
  EXPECT_EQ(asked->value_or(MemberList()).status, MemberList::Status::failed);
  EXPECT_TRUE(world.ended);
}

}  // namespace
}  // namespace tender
