#include "problem.hpp"

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/http/reply.hpp"
#include "tender/store/command.hpp"
#include "tender/store/store_error.hpp"
#include "tender/view/dead_letter.hpp"
#include "tender/zooid/config_directory.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

nlohmann::ordered_json document(int status, std::string_view detail, std::string_view remedy) {
  nlohmann::ordered_json body{{"type", "about:blank"},
                              {"title", http::reason_phrase(status)},
                              {"status", status},
                              {"detail", detail}};
  if (!remedy.empty()) {
    body["remedy"] = remedy;
  }
  return body;
}

http::Response problem_response(int status, const nlohmann::ordered_json& body) {
  http::Response response = json_response(status, body);
  response.headers.front().value = "application/problem+json";
  return response;
}

}  // namespace

http::Response json_response(int status, const nlohmann::ordered_json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = ordered_json_line(body) + '\n'};
}

http::Response problem(int status, std::string_view detail, std::string_view remedy) {
  return problem_response(status, document(status, detail, remedy));
}

http::Response unauthorized(std::string_view detail, std::string_view remedy) {
  http::Response response = problem(401, detail, remedy);
  response.headers.push_back({"WWW-Authenticate", "Nostr, Bearer"});
  return response;
}

http::Response problem_of_zooid(int status, const infra::MemberList& list,
                                std::string_view remedy) {
  nlohmann::ordered_json body = document(status, list.reason, remedy);
  body["zooid"] = infra::to_string(list.status);
  return problem_response(status, body);
}

http::Response problem_of_current_exception() {
  try {
    throw;
  } catch (const store::NoSuchRelay& error) {
    return problem(404, error.what(), error.remedy());
  } catch (const store::NoSuchSchedule& error) {
    return problem(404, error.what(), error.remedy());
  } catch (const view::NoSuchLetter& error) {
    return problem(404, error.what(), error.remedy());
  } catch (const BadRequest& error) {
    return problem(400, error.what(), error.remedy());
  } catch (const zooid::ConfigDirectoryError& error) {
    return problem(503, error.what(), error.remedy());
  } catch (const Changed& error) {
    return problem(409, error.what(), error.remedy());
  } catch (const store::CommandError& error) {
    return problem(422, error.what(), error.remedy());
  } catch (const store::StoreError& error) {
    http::Response response = problem(503, error.what(), error.remedy());
    response.headers.push_back({"Retry-After", "1"});
    return response;
  }
}

}  // namespace tender::admin
