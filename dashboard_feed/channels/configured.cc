#include "dashboard_feed/channels/configured.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>

#include "base/os/status_text.h"
#include "dashboard_feed/channels/mail_address.h"
#include "dashboard_feed/channels/secret.h"
#include "dashboard_feed/channels/signature.h"

namespace earshot::feed {
namespace {

constexpr int kMostChannels = 32;
constexpr int kMostRecipients = 10000;
constexpr uint32_t kAttemptSeconds = 30;
constexpr uint32_t kLongestAttemptSeconds = 300;
constexpr uint32_t kGiveUpMinutes = 240;
constexpr uint32_t kLongestGiveUpMinutes = 7 * 24 * 60;

bool Begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool IsUrl(std::string_view url) {
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F) return false;
  }
  return (Begins(url, "https://") && url.size() > 8) ||
         (Begins(url, "http://") && url.size() > 7);
}

bool IsChannelName(std::string_view name) {
  for (const char c : name) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fine) return false;
  }
  return !name.empty() && name.size() <= 64;
}

class Check {
 public:
  explicit Check(const v1::FeedConfig& config) : config_(config) {}

  std::vector<std::string> Run() {
    if (config_.channels_size() > kMostChannels) {
      mistakes_.push_back(
          fmt::format("channels are at most {}", kMostChannels));
    }
    for (const v1::Channel& channel : config_.channels()) {
      if (!IsChannelName(channel.name()) ||
          !names_.insert(channel.name()).second) {
        mistakes_.push_back(fmt::format(
            "channel name '{}' is empty, there twice, or more than letters, "
            "digits, '-' and '_'",
            channel.name()));
      }
    }
    for (const v1::Channel& channel : config_.channels()) One(channel);
    return std::move(mistakes_);
  }

 private:
  void Expect(bool fine, const v1::Channel& channel, const std::string& text) {
    if (fine) return;
    mistakes_.push_back(fmt::format("channel '{}': {}", channel.name(), text));
  }

  void One(const v1::Channel& channel) {
    Expect(channel.fallback().empty() || (names_.contains(channel.fallback()) &&
                                          channel.fallback() != channel.name()),
           channel,
           fmt::format("fallback '{}' is not another channel of this file",
                       channel.fallback()));
    Expect(channel.attempt_seconds() <= kLongestAttemptSeconds, channel,
           fmt::format("attempt_seconds is 1 to {}", kLongestAttemptSeconds));
    Expect(channel.give_up_minutes() <= kLongestGiveUpMinutes, channel,
           fmt::format("give_up_minutes is 1 to {}", kLongestGiveUpMinutes));
    switch (channel.kind_case()) {
      case v1::Channel::kWebhook:
        return Webhook(channel, channel.webhook());
      case v1::Channel::kSmtp:
        return Smtp(channel, channel.smtp());
      case v1::Channel::kFile:
        return Expect(Begins(channel.file().path(), "/"), channel,
                      "file needs an absolute path");
      case v1::Channel::kStandardOutput:
        return;
      case v1::Channel::KIND_NOT_SET:
        return Expect(false, channel,
                      "it needs one of webhook, smtp, file, standard_output");
    }
  }

  void Webhook(const v1::Channel& channel, const v1::WebhookChannel& webhook) {
    Expect(webhook.url().empty() != webhook.url_file().empty(), channel,
           "webhook needs url or url_file, and not both");
    Expect(webhook.url().empty() || IsUrl(webhook.url()), channel,
           "url is not like https://hooks.example.com/path");
    Expect(webhook.template_file().find('/') == std::string::npos, channel,
           "template_file is a name within templates_dir");
    Expect(webhook.template_file().empty() || !config_.templates_dir().empty(),
           channel, "template_file needs templates_dir");
  }

  void Smtp(const v1::Channel& channel, const v1::SmtpChannel& smtp) {
    Expect(SmtpServer(smtp).has_value(), channel,
           fmt::format("server '{}' is not like mail.example.com:587",
                       smtp.server()));
    Expect(ParseMailbox(smtp.from()).has_value(), channel,
           fmt::format("from '{}' is not like Earshot <earshot@example.com>",
                       smtp.from()));
    Expect(smtp.user().empty() == smtp.password_file().empty(), channel,
           "user and password_file go together");
    Expect(smtp.user().empty() || smtp.security() != v1::SmtpChannel::CLEARTEXT,
           channel, "CLEARTEXT would show the password to the network");
    Expect(
        smtp.unsubscribe().empty() ||
            ((Begins(smtp.unsubscribe(), "mailto:") ||
              Begins(smtp.unsubscribe(), "https://")) &&
             smtp.unsubscribe().find_first_of(" <>\r\n") == std::string::npos),
        channel, "unsubscribe is mailto:... or https://...");
    Expect(
        smtp.recipients_size() > 0 && smtp.recipients_size() <= kMostRecipients,
        channel, fmt::format("recipients are 1 to {}", kMostRecipients));
    std::set<std::string> leaders;
    for (const v1::Recipient& recipient : smtp.recipients()) {
      Expect(IsMailAddress(recipient.address()), channel,
             fmt::format("the address of leader '{}' is not like "
                         "dana@example.com",
                         recipient.leader()));
      Expect(leaders.insert(recipient.leader()).second, channel,
             fmt::format("leader '{}' has two addresses", recipient.leader()));
    }
  }

  const v1::FeedConfig& config_;
  std::set<std::string> names_;
  std::vector<std::string> mistakes_;
};

absl::Status ReadSecrets(ConfiguredChannel& channel) {
  if (channel.config.has_webhook()) {
    const v1::WebhookChannel& webhook = channel.config.webhook();
    channel.url = webhook.url();
    if (!webhook.url_file().empty()) {
      auto url = ReadSecret(webhook.url_file());
      if (!url.ok()) return url.status();
      if (!IsUrl(*url)) {
        return absl::InvalidArgumentError(fmt::format(
            "{} holds no URL such as https://...", webhook.url_file()));
      }
      channel.url = *std::move(url);
    }
    if (!webhook.hmac_key_file().empty()) {
      const auto file = ReadSecret(webhook.hmac_key_file());
      if (!file.ok()) return file.status();
      auto keys = ParseKeys(*file);
      if (!keys.ok()) {
        return absl::InvalidArgumentError(fmt::format(
            "{}: {}", webhook.hmac_key_file(), os::StatusText(keys.status())));
      }
      channel.keys = *std::move(keys);
    }
  }
  if (channel.config.has_smtp() &&
      !channel.config.smtp().password_file().empty()) {
    auto password = ReadSecret(channel.config.smtp().password_file());
    if (!password.ok()) return password.status();
    channel.password = *std::move(password);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> CheckChannels(const v1::FeedConfig& config) {
  return Check(config).Run();
}

absl::StatusOr<Channels> Channels::Load(const v1::FeedConfig& config) {
  Channels channels;
  std::string mistakes;
  const auto add = [&](const std::string& mistake) {
    mistakes += (mistakes.empty() ? "" : "\n") + mistake;
  };
  for (const std::string& mistake : CheckChannels(config)) add(mistake);
  for (const v1::Channel& one : config.channels()) {
    ConfiguredChannel channel;
    channel.config = one;
    channel.limit = absl::Seconds(
        one.attempt_seconds() == 0 ? kAttemptSeconds : one.attempt_seconds());
    channel.patience = absl::Minutes(
        one.give_up_minutes() == 0 ? kGiveUpMinutes : one.give_up_minutes());
    const absl::Status status = ReadSecrets(channel);
    if (!status.ok()) {
      add(fmt::format("channel '{}': {}", one.name(), os::StatusText(status)));
    }
    channels.all_.emplace(one.name(), std::move(channel));
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  return channels;
}

const ConfiguredChannel* Channels::Find(const std::string& name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second;
}

std::string Channels::Names() const {
  std::string names;
  for (const auto& [name, channel] : all_) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "none" : names;
}

}  // namespace earshot::feed
