#include "problem.hpp"

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/store/command.hpp"
#include "tender/store/store_error.hpp"
#include "tender/view/dead_letter.hpp"
#include "tender/zooid/config_directory.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

nlohmann::ordered_json document(int status, std::string_view detail, std::string_view remedy) {
  nlohmann::ordered_json body{
      {"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"detail", detail}};
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
    return problem(503, error.what(), error.remedy());
  }
}

}  // namespace tender::admin
