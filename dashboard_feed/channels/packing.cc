#include "dashboard_feed/channels/packing.h"

#include <fmt/format.h>

#include <utility>

#include "dashboard_feed/channels/mail_address.h"
#include "dashboard_feed/channels/mail_headers.h"
#include "dashboard_feed/channels/shapes.h"
#include "dashboard_feed/channels/signature.h"

namespace earshot::feed {
namespace {

std::string TemplateOf(const v1::WebhookChannel& webhook) {
  if (!webhook.template_file().empty()) return webhook.template_file();
  switch (webhook.shape()) {
    case v1::WebhookChannel::SLACK:
      return "slack.json";
    case v1::WebhookChannel::TEAMS:
      return "teams.json";
    default:
      return "webhook.json";
  }
}

std::string More(const v1::Digest& digest) {
  return fmt::format("... and more: earshot-feed digest --for {}",
                     digest.leader());
}

absl::StatusOr<HttpPost> PackWebhook(const ConfiguredChannel& channel,
                                     const Catalogue& templates,
                                     const v1::Digest& digest,
                                     const Sending& sending, absl::Time now) {
  const v1::WebhookChannel& webhook = channel.config.webhook();
  const auto body = templates.Render(TemplateOf(webhook), digest, sending);
  if (!body.ok()) return body.status();
  HttpPost post;
  post.url = channel.url;
  post.body = FitShape(webhook.shape(), *body, More(digest));
  post.headers =
      SignatureHeaders(channel.keys, sending.idempotency_key, now, post.body);
  post.headers.push_back("Content-Type: application/json");
  post.headers.push_back(
      fmt::format("Idempotency-Key: \"{}\"", sending.idempotency_key));
  return post;
}

absl::StatusOr<Mail> PackMail(const ConfiguredChannel& channel,
                              const Catalogue& templates,
                              const v1::Digest& digest, const Sending& sending,
                              absl::Time now) {
  const v1::SmtpChannel& smtp = channel.config.smtp();
  Mail mail;
  mail.recipient = AddressOf(smtp, digest.leader());
  if (mail.recipient.empty()) {
    return absl::NotFoundError(fmt::format(
        "channel '{}' has no address for leader '{}'; add to the feed's "
        "configuration: recipients {{ leader: \"{}\" address: \"...\" }}",
        channel.config.name(), digest.leader(), digest.leader()));
  }
  const auto from = ParseMailbox(smtp.from());
  const auto server = SmtpServer(smtp);
  if (!from || !server) {
    return absl::InvalidArgumentError(
        "from or server cannot be read; see 'earshot-feed check-config'");
  }
  auto subject = templates.Render("mail_subject.txt", digest, sending);
  auto text = templates.Render("mail.txt", digest, sending);
  auto html = templates.Render("mail.html", digest, sending);
  for (const auto* part : {&subject, &text, &html}) {
    if (!part->ok()) return part->status();
  }
  while (!subject->empty() && subject->back() == '\n') subject->pop_back();
  mail.server = *server;
  mail.security = smtp.security() == v1::SmtpChannel::TLS ? Mail::Security::kTls
                  : smtp.security() == v1::SmtpChannel::CLEARTEXT
                      ? Mail::Security::kCleartext
                      : Mail::Security::kStartTls;
  mail.user = smtp.user();
  mail.password = channel.password;
  mail.sender = from->address;
  mail.headers = MailHeaders(
      {*from, mail.recipient, *subject, digest.subscription(), digest.period(),
       sending.idempotency_key, smtp.unsubscribe(), now});
  mail.text = *std::move(text);
  mail.html = *std::move(html);
  return mail;
}

}  // namespace

absl::StatusOr<Parcel> Pack(const ConfiguredChannel& channel,
                            const Catalogue& templates,
                            const v1::Digest& digest, const Sending& sending,
                            uint64_t delivery, absl::Time now,
                            v1::Subscription::Format format) {
  const bool text_alone = format == v1::Subscription::TEXT;
  Parcel parcel;
  parcel.delivery = delivery;
  parcel.channel = channel.config.name();
  parcel.limit = channel.limit;
  parcel.ca_file = channel.config.ca_file();
  parcel.proxy = channel.config.proxy();
  switch (channel.config.kind_case()) {
    case v1::Channel::kWebhook: {
      auto post = PackWebhook(channel, templates, digest, sending, now);
      if (!post.ok()) return post.status();
      parcel.content = *std::move(post);
      return parcel;
    }
    case v1::Channel::kSmtp: {
      auto mail = PackMail(channel, templates, digest, sending, now);
      if (!mail.ok()) return mail.status();
      if (text_alone) mail->html.clear();
      if (format == v1::Subscription::HTML) mail->text.clear();
      parcel.content = *std::move(mail);
      return parcel;
    }
    default: {
      auto line = templates.Render(text_alone ? "mail.txt" : "webhook.json",
                                   digest, sending);
      if (!line.ok()) return line.status();
      parcel.content =
          JsonLine{channel.config.file().path(), *std::move(line) + "\n"};
      return parcel;
    }
  }
}

}  // namespace earshot::feed
