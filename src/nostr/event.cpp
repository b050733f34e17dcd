#include "tender/nostr/event.hpp"

#include <utility>

#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

#include "json_string.hpp"

namespace tender::nostr {
namespace {

void append_tags(std::string& out, const std::vector<Tag>& tags) {
  out += '[';
  for (const Tag& tag : tags) {
    out += &tag == tags.data() ? "[" : ",[";
    for (const std::string& value : tag) {
      if (&value != tag.data()) {
        out += ',';
      }
      append_json_string(out, value);
    }
    out += ']';
  }
  out += ']';
}

}  // namespace

Bytes32 event_id(const Event& event) {
  std::string text = "[0,";
  append_json_string(text, event.pubkey);
  text += ',' + std::to_string(event.created_at) + ',' + std::to_string(event.kind) + ',';
  append_tags(text, event.tags);
  text += ',';
  append_json_string(text, event.content);
  text += ']';
  return sha256(text);
}

Event sign_event(Event event, const SecretKey& key, Random& random) {
  event.pubkey = key.public_key().hex();
  const Bytes32 id = event_id(event);
  event.id = to_hex(id);
  event.sig = to_hex(key.sign(id, random));
  return event;
}

EventFault verify_event(const Event& event) {
  Bytes32 id;
  try {
    id = event_id(event);
  } catch (const std::invalid_argument&) {
    return EventFault::bad_id;  // without a serialization there is no id that could be right
  }
  if (event.id != to_hex(id)) {
    return EventFault::bad_id;
  }
  Bytes32 pubkey;
  if (!from_hex(event.pubkey, pubkey)) {
    return EventFault::bad_pubkey;  // PublicKey::parse would also take upper case and npub
  }
  Signature signature;
  try {
    const PublicKey key = PublicKey::parse(event.pubkey);
    if (!from_hex(event.sig, signature) || !key.verify(id, signature)) {
      return EventFault::bad_signature;
    }
  } catch (const InvalidKey&) {
    return EventFault::bad_pubkey;
  }
  return EventFault::none;
}

std::string to_text(const Event& event) {
  std::string text = R"({"id":)";
  append_json_string(text, event.id);
  text += R"(,"pubkey":)";
  append_json_string(text, event.pubkey);
  text += R"(,"created_at":)" + std::to_string(event.created_at);
  text += R"(,"kind":)" + std::to_string(event.kind) + R"(,"tags":)";
  append_tags(text, event.tags);
  text += R"(,"content":)";
  append_json_string(text, event.content);
  text += R"(,"sig":)";
  append_json_string(text, event.sig);
  text += '}';
  return text;
}

std::optional<std::string_view> tag_value(const Event& event, std::string_view name) {
  for (const Tag& tag : event.tags) {
    if (!tag.empty() && tag[0] == name) {
      if (tag.size() < 2) {
        return std::nullopt;
      }
      return tag[1];
    }
  }
  return std::nullopt;
}

}  // namespace tender::nostr
