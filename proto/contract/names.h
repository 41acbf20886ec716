#ifndef EARSHOT_PROTO_CONTRACT_NAMES_H_
#define EARSHOT_PROTO_CONTRACT_NAMES_H_

#include <optional>
#include <string_view>

#include "earshot/v1/decision.pb.h"
#include "earshot/v1/observation.pb.h"

// How the contract's enumerations are spelled in rows, logs and on screens:
// "pain_point", "customer", "employee", "heard". An unset value is empty.
namespace earshot::contract {

std::string_view KindName(v1::ObservationKind kind);
std::string_view SubjectName(v1::Subject subject);
std::string_view SourceName(v1::Source source);
std::string_view StateName(v1::State state);
// "ack", "answer", ... as the commands are called.
std::string_view VerbName(v1::Decision::VerbCase verb);

std::optional<v1::ObservationKind> ParseKind(std::string_view name);
std::optional<v1::Subject> ParseSubject(std::string_view name);
std::optional<v1::Source> ParseSource(std::string_view name);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_NAMES_H_
