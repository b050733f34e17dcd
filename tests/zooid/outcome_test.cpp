#include "tender/zooid/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/fake_zooid.hpp"

namespace tender::zooid {
namespace {

constexpr TimePoint kNow(std::chrono::hours(24 * 365 * 56));

Verdict judge(const http::Exchange& exchange, http::Method method) {
  return zooid::judge(exchange, method, kNow);
}

using http::Fault;
using http::Method;
using test::answer;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kExists = R"({"error":"relay with this id already exists"})";
constexpr const char* kSchemaTaken = R"({"error":"schema \"blue\" is already in use"})";
constexpr const char* kHostTaken = R"({"error":"host \"blue.relays.test\" is already in use"})";
constexpr const char* kNotFound = R"({"error":"relay not found"})";
constexpr const char* kError = R"({"error":"boom"})";

struct Row {
  int status;
  Outcome outcome;
  bool in_doubt;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.status;
}

struct EveryStatus : testing::TestWithParam<Row> {};

TEST_P(EveryStatus, MeansTheSameForEachMethod) {
  for (const Method method : {Method::get, Method::post, Method::patch}) {
    const Verdict verdict = judge(answer(GetParam().status, kError), method);
    EXPECT_EQ(to_string(verdict.outcome), to_string(GetParam().outcome));
    EXPECT_EQ(verdict.in_doubt, GetParam().in_doubt);
  }
}

TEST_P(EveryStatus, IsToldWithItsNumberUnlessItIsDone) {
  const Verdict verdict = judge(answer(GetParam().status, kError), Method::patch);
  if (GetParam().outcome == Outcome::done) {
    EXPECT_EQ(verdict.reason, "");
  } else {
    EXPECT_THAT(verdict.reason, HasSubstr(std::to_string(GetParam().status)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    OutcomeTable, EveryStatus,
    testing::Values(Row{200, Outcome::done, false}, Row{201, Outcome::done, false},
                    Row{301, Outcome::host_fault, false}, Row{302, Outcome::host_fault, false},
                    Row{307, Outcome::host_fault, false}, Row{308, Outcome::host_fault, false},
                    Row{400, Outcome::permanent, false}, Row{401, Outcome::host_fault, false},
                    Row{403, Outcome::host_fault, false}, Row{404, Outcome::host_fault, false},
                    Row{405, Outcome::host_fault, false}, Row{408, Outcome::transient, false},
                    Row{409, Outcome::permanent, false}, Row{413, Outcome::permanent, false},
                    Row{422, Outcome::permanent, false}, Row{425, Outcome::transient, false},
                    Row{429, Outcome::transient, false}, Row{500, Outcome::transient, true},
                    Row{501, Outcome::transient, true}, Row{502, Outcome::host_fault, true},
                    Row{503, Outcome::host_fault, true}, Row{504, Outcome::host_fault, true},
                    Row{507, Outcome::transient, true}),
    [](const testing::TestParamInfo<Row>& row) { return std::to_string(row.param.status); });

struct FaultRow {
  Fault fault;
  Outcome outcome;
};

void PrintTo(const FaultRow& row, std::ostream* out) {
  *out << http::to_string(row.fault);
}

struct EveryFault : testing::TestWithParam<FaultRow> {};

TEST_P(EveryFault, IsInDoubtExactlyWhenSomethingWasWritten) {
  for (const bool written : {false, true}) {
    const Verdict verdict = judge(test::failure(GetParam().fault, written), Method::patch);
    EXPECT_EQ(to_string(verdict.outcome), to_string(GetParam().outcome));
    EXPECT_EQ(verdict.in_doubt, written);
    // The transport's own words, and what to do.
    EXPECT_TRUE(verdict.reason.starts_with(std::string(http::to_string(GetParam().fault)) + "; "));
    EXPECT_THAT(verdict.reason, testing::HasSubstr("check "));
  }
}

INSTANTIATE_TEST_SUITE_P(OutcomeTable, EveryFault,
                         testing::Values(FaultRow{Fault::refused, Outcome::host_fault},
                                         FaultRow{Fault::dns, Outcome::host_fault},
                                         FaultRow{Fault::tls, Outcome::host_fault},
                                         FaultRow{Fault::timeout, Outcome::host_fault},
                                         FaultRow{Fault::closed, Outcome::transient},
                                         FaultRow{Fault::malformed, Outcome::transient},
                                         FaultRow{Fault::too_large, Outcome::transient},
                                         FaultRow{Fault::forbidden, Outcome::transient}),
                         [](const testing::TestParamInfo<FaultRow>& row) {
                           return std::string(http::to_string(row.param.fault));
                         });

TEST(Outcome, TakesAnExistingRelayForCreatedOnlyWhenItWasToBeCreated) {
  EXPECT_EQ(judge(answer(409, kExists), Method::post).outcome, Outcome::already_exists);
  EXPECT_EQ(judge(answer(409, kExists), Method::patch).outcome, Outcome::permanent);
}

TEST(Outcome, TakesNoOtherConflictForAnExistingRelay) {
  for (const char* body : {kSchemaTaken, "relay with this id already exists", "", "{}",
                           R"({"message":"relay with this id already exists"})"}) {
    for (const Method method : {Method::post, Method::patch}) {
      EXPECT_EQ(judge(answer(409, body), method).outcome, Outcome::permanent) << body;
    }
  }
}

TEST(Outcome, TellsAHostThatAnotherRelayHolds) {
  for (const Method method : {Method::post, Method::patch}) {
    EXPECT_EQ(judge(answer(409, kHostTaken), method).outcome, Outcome::host_taken);
    EXPECT_EQ(judge(answer(400, kHostTaken), method).outcome, Outcome::permanent);
  }
}

TEST(Outcome, NamesTheCollisionAndItsRemedy) {
  EXPECT_THAT(judge(answer(409, kSchemaTaken), Method::post).reason,
              testing::AllOf(HasSubstr(R"(schema "blue" is already in use)"),
                             HasSubstr("change this relay or the one")));
  EXPECT_THAT(judge(answer(409, kHostTaken), Method::patch).reason,
              HasSubstr(R"(host "blue.relays.test" is already in use)"));
}

TEST(Outcome, TellsALostRelayFromARoutingFault) {
  for (const Method method : {Method::get, Method::post, Method::patch}) {
    EXPECT_EQ(judge(answer(404, kNotFound), method).outcome, Outcome::not_found);
    for (const char* body :
         {"404 page not found", "", "relay not found", R"({"message":"relay not found"})",
          R"({"error":"no such route"})", R"({"error":["relay not found"]})"}) {
      const Verdict verdict = judge(answer(404, body), method);
      EXPECT_EQ(verdict.outcome, Outcome::host_fault) << body;
      EXPECT_THAT(verdict.reason, HasSubstr("API_HOST"));
    }
  }
  EXPECT_FALSE(judge(answer(404, kNotFound), Method::patch).in_doubt);
}

TEST(Outcome, DoubtsASuccessThatIsNotZooids) {
  for (const char* body : {"", "<html>welcome</html>", "[]", "\"ok\"", "null", R"({"message":)"}) {
    for (const int status : {200, 201, 204}) {
      const Verdict verdict = judge(answer(status, body), Method::patch);
      EXPECT_EQ(verdict.outcome, Outcome::transient) << body;
      EXPECT_TRUE(verdict.in_doubt) << body;
      EXPECT_THAT(verdict.reason, HasSubstr("ZOOID_API_URL"));
    }
  }
}

TEST(Outcome, TakesALongListOfMembersForASuccess) {
  std::string body = R"({"members":[")" + std::string(64, 'a') + '"';
  while (body.size() < (std::size_t{2} << 20)) {
    body += ",\"" + std::string(64, 'b') + '"';
  }
  EXPECT_EQ(judge(answer(200, body + "]}"), Method::get).outcome, Outcome::done);
}

TEST(Outcome, SaysWhereARedirectLeads) {
  http::Response response;
  response.status = 308;
  response.headers.push_back({"location", "https://elsewhere.test/"});
  const Verdict verdict = judge({response}, Method::post);
  EXPECT_EQ(verdict.outcome, Outcome::host_fault);
  EXPECT_THAT(verdict.reason,
              testing::AllOf(HasSubstr("https://elsewhere.test/"), HasSubstr("ZOOID_API_URL")));
}

TEST(Outcome, NamesTheRemedyForWhatConcernsTheWholeHost) {
  EXPECT_THAT(judge(answer(401, R"({"error":"invalid created_at"})"), Method::post).reason,
              testing::AllOf(HasSubstr("invalid created_at"), HasSubstr("API_WHITELIST"),
                             HasSubstr("ZOOID_API_URL"), HasSubstr("X-Forwarded-Proto")));
  EXPECT_THAT(judge(answer(403, R"({"error":"pubkey not in whitelist"})"), Method::post).reason,
              testing::AllOf(HasSubstr("pubkey not in whitelist"), HasSubstr("`tender key`"),
                             HasSubstr("API_WHITELIST")));
  EXPECT_THAT(judge(answer(405, ""), Method::patch).reason, HasSubstr("ZOOID_API_URL"));
}

// kNow is 2025-12-18T00:00:00Z.
TEST(Outcome, BlamesTheClockForA401WhereItsDateExplainsIt) {
  for (const auto& [date, said] :
       {std::pair{"Thu, 18 Dec 2025 00:10:00 GMT", "this machine's clock is 600 s behind"},
        std::pair{"Wed, 17 Dec 2025 23:50:00 GMT", "this machine's clock is 600 s ahead of"}}) {
    http::Exchange exchange = answer(401, R"({"error":"invalid created_at"})");
    std::get<http::Response>(exchange.result).headers.push_back({"Date", date});
    EXPECT_THAT(judge(exchange, Method::post).reason, HasSubstr(said));
  }
  http::Exchange close = answer(401, R"({"error":"invalid url"})");
  std::get<http::Response>(close.result)
      .headers.push_back({"Date", "Thu, 18 Dec 2025 00:00:10 GMT"});
  EXPECT_THAT(judge(close, Method::post).reason, testing::Not(HasSubstr("clock")));
}

TEST(Outcome, HeedsRetryAfterOn429And503InSecondsAndAsADate) {
  const auto pause = [](int status, const char* value, const char* date = nullptr) {
    http::Exchange exchange = answer(status, "{}");
    auto& headers = std::get<http::Response>(exchange.result).headers;
    headers.push_back({"Retry-After", value});
    if (date != nullptr) {
      headers.push_back({"Date", date});
    }
    return judge(exchange, Method::patch).retry_after;
  };
  using namespace std::chrono_literals;
  EXPECT_EQ(pause(429, "30"), 30s);
  EXPECT_EQ(pause(503, "30"), 30s);
  EXPECT_EQ(pause(500, "30"), 0s);
  EXPECT_EQ(pause(429, "86400"), 15min);
  EXPECT_EQ(pause(429, "99999999999999999999"), 15min);
  EXPECT_EQ(pause(429, "-5"), 0s);
  EXPECT_EQ(pause(429, "soon"), 0s);
  EXPECT_EQ(pause(429, "Thu, 18 Dec 2025 00:02:00 GMT"), 2min);
  EXPECT_EQ(pause(429, "Thu, 18 Dec 2025 23:00:00 GMT"), 15min);
  EXPECT_EQ(pause(429, "Wed, 17 Dec 2025 23:00:00 GMT"), 0s);
  // By the host's clock: it is an hour behind ours, and means two minutes.
  EXPECT_EQ(pause(503, "Wed, 17 Dec 2025 23:02:00 GMT", "Wed, 17 Dec 2025 23:00:00 GMT"), 2min);
}

TEST(Outcome, BlamesNobodyForWhatWeBrokeOff) {
  const Verdict verdict = judge(test::failure(Fault::stopped, /*written=*/true), Method::patch);
  EXPECT_EQ(verdict.outcome, Outcome::stopped);
  EXPECT_TRUE(verdict.in_doubt);
}

TEST(Outcome, NamesTheRemedyForARelayThatZooidRefuses) {
  for (const int status : {400, 413, 422}) {
    EXPECT_THAT(
        judge(answer(status, R"({"error":"invalid config: host"})"), Method::patch).reason,
        testing::AllOf(HasSubstr("invalid config: host"), HasSubstr("`tender relay update`")));
  }
}

TEST(Outcome, LetsNoAnswerForgeALine) {
  const Verdict verdict = judge(answer(500, "boom\nINFO all is well\x1b[2J"), Method::patch);
  EXPECT_THAT(verdict.reason,
              testing::AllOf(HasSubstr("boom"), Not(HasSubstr("\n")), Not(HasSubstr("\x1b"))));
}

TEST(Outcome, RepeatsNoMoreOfAnAnswerThanAPersonReads) {
  const Verdict verdict = judge(answer(500, std::string(100'000, 'x')), Method::patch);
  EXPECT_LT(verdict.reason.size(), 1000U);
}

TEST(Outcome, IsNotOverthrownByDeeplyNestedJson) {
  const std::string deep(200'000, '[');
  EXPECT_EQ(judge(answer(200, deep), Method::get).outcome, Outcome::transient);
  EXPECT_EQ(judge(answer(404, deep), Method::get).outcome, Outcome::host_fault);
}

TEST(Outcome, StopsAtWhatSaysThatZooidCannotStore) {
  for (const auto& [status, error] : {
           std::pair{500, "failed to write config: failed to encode toml: no space left on device"},
           std::pair{500, "failed to read existing config: open /app/config/x.toml: input/output"},
           std::pair{500, "failed to check config: stat /app/config/x.toml: permission denied"},
           std::pair{409, "failed to read config directory: open /app/config: no such file"},
       }) {
    for (const Method method : {Method::post, Method::put, Method::patch}) {
      const Verdict verdict =
          judge(answer(status, nlohmann::json{{"error", error}}.dump()), method);
      EXPECT_EQ(to_string(verdict.outcome), "storage_fault") << error;
      EXPECT_THAT(verdict.reason,
                  testing::AllOf(HasSubstr(error), HasSubstr("free space on its volume now"),
                                 HasSubstr("can destroy a relay's secret key")));
    }
  }
}

TEST(Outcome, TellsATornFileFromARelayThatIsDescribedWrongly) {
  for (const auto& [status, error] :
       {std::pair{400, "secret is required"}, std::pair{400, "host is required"},
        std::pair{500, "failed to read existing config: toml: line 3: unexpected EOF"}}) {
    const auto exchange = answer(status, nlohmann::json{{"error", error}}.dump());
    EXPECT_EQ(to_string(judge(exchange, Method::patch).outcome), "torn") << error;
    EXPECT_NE(to_string(judge(exchange, Method::post).outcome), "torn") << error;
  }
  EXPECT_EQ(judge(answer(400, R"({"error":"secret is required, really"})"), Method::patch).outcome,
            Outcome::permanent);
}

TEST(Outcome, TakesWhatZooidDoesNotKnowForNoFaultOfTheHost) {
  for (const auto& [status, error] :
       {std::pair{405, "method not allowed"}, std::pair{404, "not found"}}) {
    const auto verdict =
        judge(answer(status, nlohmann::json{{"error", error}}.dump()), Method::get);
    EXPECT_EQ(to_string(verdict.outcome), "unsupported");
    EXPECT_TRUE(verdict.from_zooid);
  }
  EXPECT_EQ(judge(answer(405, "method not allowed"), Method::get).outcome, Outcome::host_fault);
}

TEST(Outcome, KnowsZooidsOwnAnswersFromThoseOfOthers) {
  for (const int status : {200, 400, 409, 413, 422, 500}) {
    EXPECT_TRUE(judge(answer(status, kError), Method::patch).from_zooid) << status;
    EXPECT_FALSE(judge(answer(status, "<html>"), Method::patch).from_zooid) << status;
  }
  EXPECT_TRUE(judge(answer(404, kNotFound), Method::patch).from_zooid);
  for (const int status : {301, 401, 403, 404, 405, 408, 429, 502, 503, 504}) {
    EXPECT_FALSE(judge(answer(status, kError), Method::patch).from_zooid) << status;
  }
}

TEST(Outcome, SaysWhetherTheAnswerDidNotComeInTime) {
  EXPECT_TRUE(judge(test::failure(Fault::timeout, true), Method::patch).timed_out);
  EXPECT_FALSE(judge(test::failure(Fault::refused, false), Method::patch).timed_out);
}

TEST(Outcome, HasANameForTheLog) {
  EXPECT_EQ(to_string(Outcome::done), "done");
  EXPECT_EQ(to_string(Outcome::already_exists), "already_exists");
  EXPECT_EQ(to_string(Outcome::not_found), "not_found");
  EXPECT_EQ(to_string(Outcome::transient), "transient");
  EXPECT_EQ(to_string(Outcome::permanent), "permanent");
  EXPECT_EQ(to_string(Outcome::host_fault), "host_fault");
}

}  // namespace
}  // namespace tender::zooid
