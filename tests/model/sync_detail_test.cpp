#include "tender/model/sync_detail.hpp"

#include <gtest/gtest.h>

namespace tender {
namespace {

Activity with(const std::string& detail) {
  Activity activity;
  activity.detail = detail;
  return activity;
}

CompletionDetail completion(const std::string& detail) {
  return read_completion_detail(with(detail));
}

TEST(SyncDetail, TellsWhatACompletedSyncHasDone) {
  EXPECT_EQ(completion(R"({"created":true,"revision":1,"skipped":false})").result,
            SyncResult::created);
  EXPECT_EQ(completion(R"({"created":false,"skipped":false})").result, SyncResult::updated);
  EXPECT_EQ(completion(R"({"created":false,"skipped":true})").result, SyncResult::unchanged);
  const CompletionDetail unseen = completion(R"({"skipped":true,"unseen":"answers 404"})");
  EXPECT_EQ(unseen.result, SyncResult::unseen);
  EXPECT_EQ(unseen.unseen, "answers 404");
}

TEST(SyncDetail, IsWrittenAsItIsRead) {
  EXPECT_EQ(to_text(CompletionDetail{.revision = 3, .result = SyncResult::created}),
            R"({"created":true,"revision":3,"skipped":false})");
  for (const SyncResult result : {SyncResult::created, SyncResult::recreated, SyncResult::updated,
                                  SyncResult::unchanged, SyncResult::unseen}) {
    const std::string why = result == SyncResult::unseen ? "answers 404" : "";
    const auto read =
        completion(to_text(CompletionDetail{.revision = 3, .result = result, .unseen = why}));
    EXPECT_EQ(read.revision, 3);
    EXPECT_EQ(read.result, result);
    EXPECT_EQ(read.unseen, why);
  }
  const auto failure = read_failure_detail(with(to_text(
      FailureDetail{.revision = 3, .error = "boom", .outcome = "transient", .superseded = true})));
  EXPECT_EQ(failure.revision, 3);
  EXPECT_EQ(failure.error, "boom");
  EXPECT_EQ(failure.outcome, "transient");
  EXPECT_TRUE(failure.superseded);
  const auto request =
      read_reconcile_detail(with(to_text(ReconcileDetail{.forced = true, .bulk = true})));
  EXPECT_TRUE(request.forced);
  EXPECT_FALSE(request.recreate);
  EXPECT_TRUE(request.bulk);
}

TEST(SyncDetail, IsReadFromAnythingThatOthersMayWrite) {
  for (const char* odd : {"", "{", "[]", "7", R"({"created":"yes","revision":"x","error":1})"}) {
    EXPECT_EQ(completion(odd).result, SyncResult::updated) << odd;
    EXPECT_EQ(completion(odd).revision, 0) << odd;
    EXPECT_EQ(read_failure_detail(with(odd)).error, "") << odd;
    EXPECT_FALSE(read_reconcile_detail(with(odd)).forced) << odd;
  }
}

TEST(SyncDetail, HoldsTextThatIsNoUtf8) {
  EXPECT_EQ(to_text(FailureDetail{.revision = 1, .error = "\xff"}),
            R"({"error":"�","outcome":"","revision":1})");
}

}  // namespace
}  // namespace tender
