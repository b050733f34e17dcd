#include "transport.hpp"

namespace tender::fetch {

boost::asio::awaitable<http::Exchange> ask(http::Transport& transport, Peer& peer, Key key,
                                           http::Url address, Milliseconds timeout) {
  http::Request request = peer.make_request(key.op, key.relay, address);
  request.timeout = timeout;
  co_return co_await transport.exchange(std::move(request));
}

}  // namespace tender::fetch
