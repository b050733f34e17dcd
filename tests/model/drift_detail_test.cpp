#include "tender/model/drift_detail.hpp"

#include <gtest/gtest.h>

namespace tender {
namespace {

Activity with_detail(std::string detail) {
  Activity activity;
  activity.detail = std::move(detail);
  return activity;
}

TEST(DriftDetail, SurvivesTheLog) {
  for (const DriftAnswer answer : {DriftAnswer::enforce, DriftAnswer::adopt, DriftAnswer::report}) {
    const DriftDetail written{
        .revision = 7,
        .answer = answer,
        .reason = "it shows \"x\"",
        .fields = {{.field = "info_name", .desired = "a", .observed = "\"revision\":9,"}}};
    const DriftDetail read = read_drift_detail(with_detail(to_text(written)));
    EXPECT_EQ(read.revision, 7);
    EXPECT_EQ(read.answer, answer);
    EXPECT_EQ(read.reason, written.reason);
    EXPECT_EQ(read.fields, written.fields);
  }
}

TEST(DriftDetail, BearsWithWhatAnotherProgramWrote) {
  for (const char* text : {"{}", "[]", "7", "{\"fields\": 7}", "not json", "{\"answer\": \"?\"}"}) {
    const DriftDetail read = read_drift_detail(with_detail(text));
    EXPECT_EQ(read.answer, DriftAnswer::report) << text;
    EXPECT_TRUE(read.fields.empty()) << text;
  }
  EXPECT_EQ(read_drift_detail(with_detail("{\"fields\": [7, {}]}")).fields.size(), 2U);
}

TEST(IdentityDetail, SurvivesTheLog) {
  const IdentityDetail read =
      read_identity_detail(with_detail(to_text(IdentityDetail{.first = "aa", .now = "bb"})));
  EXPECT_EQ(read.first, "aa");
  EXPECT_EQ(read.now, "bb");
}

}  // namespace
}  // namespace tender
