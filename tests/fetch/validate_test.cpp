#include "fetch/validate.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fetch_fixture.hpp"

namespace tender::fetch {
namespace {

// On the curve, the smaller one first (the x of the generator's multiples 1 and 3), and one that is
// not.
constexpr const char* kPoint = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
constexpr const char* kLaterPoint =
    "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
constexpr const char* kNoPoint = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

constexpr Checks kNone{.size = false, .shape = false, .hex = false, .count = false};

std::string members(const std::vector<std::string>& keys) {
  std::string list;
  for (const std::string& key : keys) {
    list += (list.empty() ? "\"" : ",\"") + key + '"';
  }
  return "{\"members\":[" + list + "]}";
}

struct Case {
  const char* name;
  Op op;
  std::string body;
  bool Checks::*check;  // that alone finds the fault
  const char* fault;
};

std::vector<Case> cases() {
  return {
      {"TooLong", Op::members, members({}) + std::string(kMostBytes, ' '), &Checks::size,
       "is longer than 1048576 bytes"},
      {"NotJson", Op::members, "<html>", &Checks::shape, "is not JSON"},
      {"NoObject", Op::members, "[]", &Checks::shape, "is not a JSON object"},
      {"NoMembers", Op::members, "{}", &Checks::shape, "has no list of members"},
      {"MembersNoList", Op::members, R"({"members":{}})", &Checks::shape, "has no list of members"},
      {"MemberNoText", Op::members, R"({"members":[1]})", &Checks::shape,
       "has a member that is not a text"},
      {"NestedTooDeep", Op::nip11, std::string(100, '[') + std::string(100, ']'), &Checks::shape,
       "is not JSON"},
      {"OwnerNoText", Op::nip11, R"({"pubkey":1})", &Checks::shape,
       "has a pubkey that is not a text"},
      {"ShortKey", Op::members, members({"ab"}), &Checks::hex,
       "has a key that is not 64 lowercase hex digits"},
      {"UpperCase", Op::members, members({std::string(64, 'A')}), &Checks::hex,
       "has a key that is not 64 lowercase hex digits"},
      {"OwnerNoHex", Op::nip11, R"({"self":"x"})", &Checks::hex,
       "has a key that is not 64 lowercase hex digits"},
      {"TooMany", Op::members, member_list(kMostKeys + 1), &Checks::count,
       "has more than 16384 keys"},
      {"OffTheCurve", Op::members, members({kPoint, kNoPoint}), &Checks::on_curve,
       "has a key that is not on the curve"},
      {"OwnerOffTheCurve", Op::nip11, fmt::format(R"({{"pubkey":"{}"}})", kNoPoint),
       &Checks::on_curve, "has a key that is not on the curve"},
      {"OutOfOrder", Op::members, members({kLaterPoint, kPoint}), &Checks::sorted, "is not sorted"},
      {"Twice", Op::members, members({kPoint, kLaterPoint, kPoint}), &Checks::unique,
       "has a key twice"},
  };
}

class Validation : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(EachFault, Validation, testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.name; });

TEST_P(Validation, FindsItWithTheCheckOn) {
  Checks checks = kNone;
  checks.*GetParam().check = true;
  EXPECT_EQ(find_fault(GetParam().op, GetParam().body, checks), GetParam().fault);
}

TEST_P(Validation, PassesItWithTheCheckOff) {
  Checks checks{.on_curve = true, .sorted = true, .unique = true};
  if (GetParam().check == &Checks::unique) {
    checks.sorted = false;  // which finds it as well
  }
  if (GetParam().check == &Checks::hex || GetParam().check == &Checks::count) {
    checks.on_curve = false;
  }
  checks.*GetParam().check = false;
  if (GetParam().check == &Checks::count) {
    checks.size = false;
  }
  EXPECT_EQ(find_fault(GetParam().op, GetParam().body, checks), std::nullopt);
}

TEST(ValidAnswers, PassEveryCheck) {
  const Checks all{.on_curve = true, .sorted = true, .unique = true};
  EXPECT_EQ(find_fault(Op::members, members({}), all), std::nullopt);
  EXPECT_EQ(find_fault(Op::members, members({kPoint, kLaterPoint}), all), std::nullopt);
  EXPECT_EQ(
      find_fault(Op::nip11,
                 fmt::format(R"({{"name":"x","pubkey":"{}","self":"{}"}})", kLaterPoint, kPoint),
                 all),
      std::nullopt);
  EXPECT_EQ(find_fault(Op::nip11, "{}", all), std::nullopt);
}

TEST(ValidAnswers, NeedNoMoreThanTheCheapChecksUnlessThatIsAskedFor) {
  EXPECT_EQ(find_fault(Op::members, members({kNoPoint, kPoint, kPoint}), Checks()), std::nullopt);
}

TEST(ValidAnswers, MayHaveAsManyKeysAsFit) {
  Checks checks;
  checks.size = false;
  EXPECT_EQ(find_fault(Op::members, member_list(kMostKeys), checks), std::nullopt);
}

}  // namespace
}  // namespace tender::fetch
