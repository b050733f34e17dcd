#include "members_route.hpp"

#include <nlohmann/json.hpp>

#include "problem.hpp"

namespace tender::admin {

using Status = infra::MemberList::Status;

http::Response answer_members(const infra::MemberList& list) {
  switch (list.status) {
    case Status::ok:
      return json_response(200, {{"members", list.members}});
    case Status::busy: {
      http::Response response = problem_of_zooid(503, list);
      response.headers.push_back({"Retry-After", "1"});
      return response;
    }
    case Status::unknown_relay:
      return problem_of_zooid(409, list,
                              "wait until the relay is in step; if it is, zooid has lost it: see "
                              "`tender reconcile --help` "
                              "about --recreate");
    case Status::unsupported:
      return problem_of_zooid(501, list, "update zooid; everything else works");
    case Status::unreachable:
    case Status::failed:
    case Status::garbage:
      break;
  }
  return problem_of_zooid(502, list);
}

}  // namespace tender::admin
