#include "tender/base/metrics.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>

#include "tender/base/metric_table.hpp"
#include "tender/base/process_usage.hpp"

#include "base/metrics_document.hpp"
#include "support/metric_value.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::size_t count_series(const MetricRow& row) {
  std::size_t series = 1;
  for (const MetricLabel& label : row.labels) {
    series *= label.values.size();
  }
  return series;
}

std::size_t count_lines(const std::string& text, const std::string& beginning) {
  std::size_t lines = 0;
  for (std::size_t at = text.find("\n" + beginning); at != std::string::npos;
       at = text.find("\n" + beginning, at + 1)) {
    ++lines;
  }
  return lines;
}

TEST(MetricsText, HasEverySeriesFromTheStart) {
  const std::string text = "\n" + Metrics::make().text();
  for (const MetricRow& row : metric_table()) {
    const std::string name(row.name);
    EXPECT_THAT(text, HasSubstr("# TYPE " + name + " " + std::string(to_string(row.type)) + "\n"));
    const bool is_histogram = row.type == MetricType::histogram;
    const std::string first = name + (is_histogram ? "_count" : "");
    EXPECT_EQ(count_lines(text, first + " ") + count_lines(text, first + "{"), count_series(row))
        << name;
    if (is_histogram) {
      EXPECT_EQ(count_lines(text, name + "_bucket{"), count_series(row) * (row.buckets.size() + 1));
    }
  }
}

TEST(MetricsText, SaysWhichVersionItIs) {
  EXPECT_THAT(Metrics::make().text(), HasSubstr("tender_build_info{version=\""));
}

TEST(MetricsText, IsEmptyWithoutARegistry) {
  const Metrics off;
  off.counter("tender_syncs_total").add({"create", "done"});
  off.gauge("tender_active").set(1);
  off.histogram("tender_work_wait_seconds").observe({"relay_sync"}, 1s);
  EXPECT_FALSE(off.histogram("tender_work_wait_seconds").is_on());
  EXPECT_EQ(off.text(), "");
  Counter().add({"anything"});
}

TEST(MetricsText, ShowsWhatWasMeasured) {
  const Metrics metrics = Metrics::make();
  const Counter syncs = metrics.counter("tender_syncs_total");
  syncs.add({"create", "done"});
  syncs.add({"create", "done"}, 2);
  EXPECT_EQ(test::metric(metrics, R"(tender_syncs_total{operation="create",result="done"})"), 3);
  metrics.gauge("tender_relays").set({"live"}, 7);
  EXPECT_EQ(test::metric(metrics, R"(tender_relays{state="live"})"), 7);
  const Histogram waits = metrics.histogram("tender_work_wait_seconds");
  EXPECT_TRUE(waits.is_on());
  waits.observe({"relay_sync"}, 1500ms);
  waits.observe({"relay_sync"}, -1h);  // the clock was set back
  EXPECT_EQ(test::metric(metrics, R"(tender_work_wait_seconds_sum{kind="relay_sync"})"), 1.5);
  EXPECT_EQ(test::metric(metrics, R"(tender_work_wait_seconds_count{kind="relay_sync"})"), 2);
  EXPECT_EQ(test::metric(metrics, R"(tender_work_wait_seconds_bucket{kind="relay_sync",le="1"})"),
            1);
}

TEST(MetricsText, NeverShowsACounterThatGoesBack) {
  const Metrics metrics = Metrics::make();
  const Counter cpu = metrics.counter("process_cpu_seconds_total");
  cpu.raise_to(5);
  cpu.raise_to(4);
  cpu.raise_to(6);
  EXPECT_EQ(test::metric(metrics, "process_cpu_seconds_total"), 6);
}

TEST(MetricsText, KnowsOnlyWhatTheTableLists) {
  const Metrics metrics = Metrics::make();
  EXPECT_THROW(static_cast<void>(metrics.counter("tender_none_total")), std::logic_error);
  EXPECT_THROW(static_cast<void>(metrics.gauge("tender_syncs_total")), std::logic_error);
#ifdef NDEBUG
  metrics.counter("tender_syncs_total").add({"create", "r1"});
  EXPECT_EQ(metrics.text().find("r1"), std::string::npos);
#else
  EXPECT_DEATH(metrics.counter("tender_syncs_total").add({"create", "r1"}), "");
#endif
}

TEST(MetricsText, LivesAsLongAsItsHandles) {
  Counter counter = Metrics::make().counter("tender_broadcast_missed_total");
  counter.add();
}

TEST(MetricTable, NamesMetricsAsPrometheusWantsThem) {
  const std::regex name("(tender|process)_[a-z][a-z_]*[a-z]");
  std::set<std::string_view> names;
  for (const MetricRow& row : metric_table()) {
    EXPECT_TRUE(std::regex_match(std::string(row.name), name)) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.name.ends_with("_total"), row.type == MetricType::counter) << row.name;
    EXPECT_EQ(row.buckets.empty(), row.type != MetricType::histogram) << row.name;
    EXPECT_TRUE(row.help.ends_with('.')) << row.name;
    for (const std::string_view unit : {"_ms", "_milliseconds", "_minutes", "_kb", "_percent"}) {
      EXPECT_EQ(row.name.find(unit), std::string_view::npos) << row.name;
    }
    if (row.type == MetricType::histogram) {
      EXPECT_TRUE(row.name.ends_with("_seconds")) << row.name;
      EXPECT_TRUE(std::ranges::is_sorted(row.buckets)) << row.name;
    }
  }
}

TEST(MetricTable, HasAllThatTheDocumentShows) {
  std::ifstream in(TENDER_SOURCE_DIR "/docs/metrics.md");
  const std::string document((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(document, test::metrics_document())
      << "run: cmake --build --preset dev --target update_metrics_text";
}

TEST(ProcessUsage, IsWhatTheKernelSays) {
  const auto usage = read_process_usage();
  ASSERT_TRUE(usage);
  EXPECT_GE(usage->cpu_seconds, 0);
  EXPECT_GT(usage->resident_bytes, std::uint64_t{1} << 20);
  EXPECT_GT(usage->virtual_bytes, usage->resident_bytes);
  EXPECT_GE(usage->open_files, 3U);
  EXPECT_GE(usage->max_files, usage->open_files);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_LT(usage->started_at, now.count() + 60);
  EXPECT_GT(usage->started_at, 1.5e9);
}

TEST(ProcessUsage, CountsAFileThatIsOpen) {
  const auto before = read_process_usage();
  const std::ifstream file("/proc/self/stat");
  const auto after = read_process_usage();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->open_files, before->open_files + 1);
}

}  // namespace
}  // namespace tender
