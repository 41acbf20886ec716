#ifndef EARSHOT_PROTO_CONTRACT_MESSAGES_H_
#define EARSHOT_PROTO_CONTRACT_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/question.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/validate.h"

// The limits of what leaders ask and advise, and of what is answered. Pure.
namespace earshot::contract {

inline constexpr int kMostOptions = 10;
inline constexpr uint32_t kMostSteps = 10;  // of a scale
inline constexpr int kMostRoles = 10;
inline constexpr int kLongestAskDays = 90;

// Nothing: it is fine.
std::optional<Refusal> Validate(const v1::Question& question);
std::optional<Refusal> Validate(const v1::Guidance& guidance);
std::optional<Refusal> Validate(const v1::QuestionAnswer& answer);
std::optional<Refusal> Validate(const v1::ReadReceipt& receipt);

// Removes personal numbers and addresses, in place. How many stretches.
size_t Redact(const Redactor& redactor, v1::Question& question);
size_t Redact(const Redactor& redactor, v1::Guidance& guidance);
size_t Redact(const Redactor& redactor, v1::QuestionAnswer& answer);

// How many different answers there may be; 0: a text.
size_t Choices(const v1::Question& question);
// Which of them this is, from 0; nothing: none of them, or a text.
std::optional<size_t> ChoiceOf(const v1::Question& question,
                               const v1::QuestionAnswer& answer);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_MESSAGES_H_
