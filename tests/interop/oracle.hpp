// How an oracle talks with the scripts that ask it: a question in JSON on each line of stdin, an
// answer on each line of stdout, `{"error": …}` for a question that cannot be answered.
#pragma once

#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

namespace tender::test {

/// Until the end of stdin; returns the exit code. `answer` takes a question and may throw.
template <class Answer>
int answer_questions(Answer answer) {
  std::string line;
  while (std::getline(std::cin, line)) {
    nlohmann::json said;
    try {
      said = answer(nlohmann::json::parse(line));
    } catch (const std::exception& error) {
      said = {{"error", error.what()}};
    }
    // What is wrong may quote a question that is not UTF-8.
    std::cout << said.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  }
  return 0;
}

}  // namespace tender::test
