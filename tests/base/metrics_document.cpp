#include "base/metrics_document.hpp"

#include <fmt/format.h>

#include "tender/base/metric_table.hpp"

namespace tender::test {
namespace {

constexpr std::string_view kHead =
    "# Metrics\n"
    "\n"
    "`GET /metrics` at `ADMIN_BIND` shows what the sidecar measures, in Prometheus' text format. "
    "It is open to everybody who can "
    "connect,\nunless `METRICS_AUTH` is on. Every series is there from the start, with 0. No label "
    "names a relay or a key.\n"
    "[alerts.yaml](../deploy/alerts.yaml) has alerts, [grafana.json](../deploy/grafana.json) a "
    "dashboard, and "
    "[operations.md](operations.md#metrics-and-alerts) says how to use them.\n"
    "\n"
    "This page is generated from the table of metrics: `cmake --build --preset dev --target "
    "update_metrics_text`.\n";

void add_labels(std::string& text, const MetricRow& row) {
  for (const MetricLabel& label : row.labels) {
    text += fmt::format("- `{}`: ", label.name);
    if (!label.meaning.empty()) {
      text += label.meaning;
    } else {
      std::string_view comma;
      for (const std::string_view value : label.values) {
        text += fmt::format("{}`{}`", comma, value);
        comma = ", ";
      }
    }
    text += '\n';
  }
}

}  // namespace

std::string metrics_document() {
  std::string text(kHead);
  for (const MetricRow& row : metric_table()) {
    text += fmt::format("\n## {}\n\n*{}*. {}\n", row.name, to_string(row.type), row.help);
    if (!row.labels.empty()) {
      text += '\n';
      add_labels(text, row);
    }
    if (!row.buckets.empty()) {
      text += fmt::format("\nBuckets, in seconds: {}.\n", fmt::join(row.buckets, ", "));
    }
  }
  return text;
}

}  // namespace tender::test
