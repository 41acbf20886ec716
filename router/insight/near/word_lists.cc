#include "router/insight/near/word_lists.h"

#include <algorithm>
#include <array>

namespace earshot::router {
namespace {

constexpr bool InOrder(const Meaning& left, const Meaning& right) {
  return left.word < right.word;
}

// Sorted. Forms that are as often another word ("ill", "were") are left out.
constexpr std::array kLongForms{
    Meaning{"2day", "today"},
    Meaning{"2moro", "tomorrow"},
    Meaning{"2nite", "tonight"},
    Meaning{"abt", "about"},
    Meaning{"acc", "account"},
    Meaning{"acct", "account"},
    Meaning{"addr", "address"},
    Meaning{"aint", "is not"},
    Meaning{"amt", "amount"},
    Meaning{"approx", "approximately"},
    Meaning{"appt", "appointment"},
    Meaning{"arent", "are not"},
    Meaning{"b4", "before"},
    Meaning{"bal", "balance"},
    Meaning{"bc", "because"},
    Meaning{"bcp", "beaucoup"},
    Meaning{"bjr", "bonjour"},
    Meaning{"bn", "bien"},
    Meaning{"cannot", "can not"},
    Meaning{"cant", "can not"},
    Meaning{"chk", "check"},
    Meaning{"couldnt", "could not"},
    Meaning{"coz", "because"},
    Meaning{"cust", "customer"},
    Meaning{"custs", "customers"},
    Meaning{"cuz", "because"},
    Meaning{"dept", "department"},
    Meaning{"didnt", "did not"},
    Meaning{"doesnt", "does not"},
    Meaning{"dont", "do not"},
    Meaning{"ds", "dans"},
    Meaning{"equip", "equipment"},
    Meaning{"fone", "phone"},
    Meaning{"gimme", "give me"},
    Meaning{"gonna", "going to"},
    Meaning{"gotta", "got to"},
    Meaning{"gr8", "great"},
    Meaning{"hadnt", "had not"},
    Meaning{"hasnt", "has not"},
    Meaning{"havent", "have not"},
    Meaning{"heres", "here is"},
    Meaning{"hes", "he is"},
    Meaning{"hows", "how is"},
    Meaning{"hr", "hours"},
    Meaning{"hrs", "hours"},
    Meaning{"im", "i am"},
    Meaning{"info", "information"},
    Meaning{"isnt", "is not"},
    Meaning{"itll", "it will"},
    Meaning{"its", "it is"},
    Meaning{"ive", "i have"},
    Meaning{"l8", "late"},
    Meaning{"l8r", "later"},
    Meaning{"lemme", "let me"},
    Meaning{"lets", "let us"},
    Meaning{"maint", "maintenance"},
    Meaning{"mgmt", "management"},
    Meaning{"mgr", "manager"},
    Meaning{"min", "minutes"},
    Meaning{"mins", "minutes"},
    Meaning{"mos", "months"},
    Meaning{"msg", "message"},
    Meaning{"msgs", "messages"},
    Meaning{"msj", "mensaje"},
    Meaning{"mustnt", "must not"},
    Meaning{"n", "and"},
    Meaning{"nbr", "number"},
    Meaning{"neednt", "need not"},
    Meaning{"nite", "night"},
    Meaning{"nr", "number"},
    Meaning{"num", "number"},
    Meaning{"pb", "probleme"},
    Meaning{"pbs", "problemes"},
    Meaning{"pf", "por favor"},
    Meaning{"ph", "phone"},
    Meaning{"pkg", "package"},
    Meaning{"pls", "please"},
    Meaning{"plse", "please"},
    Meaning{"plz", "please"},
    Meaning{"pmt", "payment"},
    Meaning{"ppl", "people"},
    Meaning{"pq", "porque"},
    Meaning{"pw", "password"},
    Meaning{"pwd", "password"},
    Meaning{"pymt", "payment"},
    Meaning{"q", "que"},
    Meaning{"qd", "quand"},
    Meaning{"qty", "quantity"},
    Meaning{"r", "are"},
    Meaning{"rcvd", "received"},
    Meaning{"rdv", "rendez vous"},
    Meaning{"recd", "received"},
    Meaning{"sched", "schedule"},
    Meaning{"secs", "seconds"},
    Meaning{"shes", "she is"},
    Meaning{"shouldnt", "should not"},
    Meaning{"stmt", "statement"},
    Meaning{"stp", "please"},
    Meaning{"svc", "service"},
    Meaning{"svp", "please"},
    Meaning{"tb", "tambien"},
    Meaning{"tel", "phone"},
    Meaning{"temp", "temperature"},
    Meaning{"thatll", "that will"},
    Meaning{"thats", "that is"},
    Meaning{"theres", "there is"},
    Meaning{"theyd", "they would"},
    Meaning{"theyll", "they will"},
    Meaning{"theyre", "they are"},
    Meaning{"theyve", "they have"},
    Meaning{"thnx", "thanks"},
    Meaning{"tho", "though"},
    Meaning{"thru", "through"},
    Meaning{"thx", "thanks"},
    Meaning{"tks", "thanks"},
    Meaning{"tmb", "tambien"},
    Meaning{"tmr", "tomorrow"},
    Meaning{"tmrw", "tomorrow"},
    Meaning{"tonite", "tonight"},
    Meaning{"trf", "transfer"},
    Meaning{"trx", "transaction"},
    Meaning{"tt", "tout"},
    Meaning{"txn", "transaction"},
    Meaning{"txns", "transactions"},
    Meaning{"ty", "thanks"},
    Meaning{"u", "you"},
    Meaning{"ur", "your"},
    Meaning{"urs", "yours"},
    Meaning{"w", "with"},
    Meaning{"wanna", "want to"},
    Meaning{"wasnt", "was not"},
    Meaning{"werent", "were not"},
    Meaning{"weve", "we have"},
    Meaning{"whats", "what is"},
    Meaning{"whens", "when is"},
    Meaning{"wheres", "where is"},
    Meaning{"whos", "who is"},
    Meaning{"whys", "why is"},
    Meaning{"wk", "week"},
    Meaning{"wks", "weeks"},
    Meaning{"wo", "without"},
    Meaning{"wont", "will not"},
    Meaning{"wouldnt", "would not"},
    Meaning{"xfa", "por favor"},
    Meaning{"xfer", "transfer"},
    Meaning{"xq", "porque"},
    Meaning{"youd", "you would"},
    Meaning{"youll", "you will"},
    Meaning{"youre", "you are"},
    Meaning{"youve", "you have"},
    Meaning{"yr", "year"},
    Meaning{"yrs", "years"},
};

// Sorted; of the words that the tokens take for numbers.
constexpr std::array kDigits{
    Meaning{"billion", "1000000000"},
    Meaning{"catorce", "14"},
    Meaning{"cero", "0"},
    Meaning{"cien", "100"},
    Meaning{"ciento", "100"},
    Meaning{"cinco", "5"},
    Meaning{"cincuenta", "50"},
    Meaning{"cinq", "5"},
    Meaning{"cinquante", "50"},
    Meaning{"cuarenta", "40"},
    Meaning{"cuatro", "4"},
    Meaning{"deux", "2"},
    Meaning{"diez", "10"},
    Meaning{"dix", "10"},
    Meaning{"doce", "12"},
    Meaning{"dos", "2"},
    Meaning{"douze", "12"},
    Meaning{"dozen", "12"},
    Meaning{"eight", "8"},
    Meaning{"eighteen", "18"},
    Meaning{"eighty", "80"},
    Meaning{"eleven", "11"},
    Meaning{"fifteen", "15"},
    Meaning{"fifty", "50"},
    Meaning{"five", "5"},
    Meaning{"forty", "40"},
    Meaning{"four", "4"},
    Meaning{"fourteen", "14"},
    Meaning{"huit", "8"},
    Meaning{"hundred", "100"},
    Meaning{"mil", "1000"},
    Meaning{"mille", "1000"},
    Meaning{"million", "1000000"},
    Meaning{"nine", "9"},
    Meaning{"nineteen", "19"},
    Meaning{"ninety", "90"},
    Meaning{"nueve", "9"},
    Meaning{"ocho", "8"},
    Meaning{"one", "1"},
    Meaning{"onze", "11"},
    Meaning{"quarante", "40"},
    Meaning{"quatorze", "14"},
    Meaning{"quatre", "4"},
    Meaning{"quince", "15"},
    Meaning{"quinze", "15"},
    Meaning{"seis", "6"},
    Meaning{"sept", "7"},
    Meaning{"seven", "7"},
    Meaning{"seventeen", "17"},
    Meaning{"seventy", "70"},
    Meaning{"siete", "7"},
    Meaning{"six", "6"},
    Meaning{"sixteen", "16"},
    Meaning{"sixty", "60"},
    Meaning{"ten", "10"},
    Meaning{"thirteen", "13"},
    Meaning{"thirty", "30"},
    Meaning{"thousand", "1000"},
    Meaning{"three", "3"},
    Meaning{"trece", "13"},
    Meaning{"treinta", "30"},
    Meaning{"treize", "13"},
    Meaning{"trente", "30"},
    Meaning{"tres", "3"},
    Meaning{"trois", "3"},
    Meaning{"twelve", "12"},
    Meaning{"twenty", "20"},
    Meaning{"two", "2"},
    Meaning{"veinte", "20"},
    Meaning{"vingt", "20"},
    Meaning{"zero", "0"},
};

// Sorted.
constexpr std::array<std::string_view, 215> kFunctionWords{
    "a",     "about",    "ai",       "al",     "all",    "also",   "am",
    "an",    "and",      "any",      "are",    "as",     "at",     "au",
    "aux",   "avec",     "avoir",    "be",     "been",   "being",  "besoin",
    "but",   "by",       "can",      "ce",     "ces",    "cet",    "cette",
    "como",  "con",      "could",    "cual",   "cuando", "dans",   "de",
    "del",   "des",      "did",      "do",     "does",   "donde",  "done",
    "down",  "du",       "el",       "elle",   "elles",  "en",     "era",
    "es",    "esa",      "eso",      "est",    "esta",   "estan",  "estar",
    "este",  "esto",     "et",       "etait",  "etre",   "for",    "from",
    "fue",   "get",      "give",     "go",     "got",    "had",    "has",
    "have",  "hay",      "he",       "help",   "her",    "here",   "him",
    "his",   "how",      "i",        "if",     "il",     "ils",    "in",
    "into",  "is",       "it",       "je",     "just",   "know",   "la",
    "las",   "le",       "les",      "let",    "like",   "lo",     "los",
    "ma",    "mais",     "mas",      "may",    "me",     "mes",    "mi",
    "might", "mine",     "mon",      "must",   "muy",    "my",     "myself",
    "ne",    "necesito", "need",     "no",     "nos",    "not",    "nous",
    "o",     "of",       "off",      "on",     "only",   "ont",    "onto",
    "or",    "ou",       "our",      "out",    "over",   "par",    "para",
    "pero",  "peut",     "peux",     "plus",   "por",    "pour",   "puede",
    "puedo", "quand",    "que",      "qui",    "quien",  "quiero", "quisiera",
    "quoi",  "sa",       "saber",    "savoir", "se",     "ser",    "ses",
    "shall", "she",      "should",   "si",     "so",     "some",   "son",
    "sont",  "still",    "su",       "sur",    "sus",    "te",     "tell",
    "than",  "that",     "the",      "their",  "them",   "then",   "there",
    "these", "they",     "this",     "those",  "to",     "too",    "tres",
    "tu",    "un",       "una",      "unas",   "une",    "unos",   "up",
    "us",    "very",     "voudrais", "vous",   "want",   "was",    "we",
    "were",  "what",     "when",     "where",  "which",  "who",    "whom",
    "whose", "why",      "will",     "with",   "would",  "y",      "ya",
    "yet",   "yo",       "you",      "your",   "yours"};

// Sorted.
constexpr std::array<std::string_view, 79> kCourtesy{
    "advise",       "afternoon",    "all",       "asap",    "asunto",
    "attn",         "best",         "bon",       "bonjour", "bonne",
    "bonsoir",      "buenas",       "bueno",     "buenos",  "case",
    "cheers",       "cher",         "chere",     "cont",    "continued",
    "cordialement", "cordialmente", "dear",      "dias",    "estimado",
    "estimados",    "evening",      "everyone",  "favor",   "folks",
    "forwarded",    "fw",           "fwd",       "fyi",     "good",
    "gracias",      "guys",         "hello",     "hey",     "hi",
    "hola",         "inc",          "incident",  "job",     "journee",
    "kind",         "madam",        "many",      "merci",   "message",
    "morning",      "noches",       "note",      "objet",   "oh",
    "ok",           "okay",         "original",  "please",  "re",
    "reenviado",    "ref",          "reference", "regards", "request",
    "saludos",      "salut",        "sent",      "sir",     "sr",
    "tardes",       "team",         "thank",     "thanks",  "ticket",
    "tkt",          "transfere",    "update",    "vale"};

// Negations that are not another word after a slip.
constexpr std::array<std::string_view, 16> kMendable{
    "arent", "cannot", "couldnt", "didnt",  "doesnt", "dont",
    "hadnt", "hasnt",  "havent",  "isnt",   "never",  "shouldnt",
    "wasnt", "werent", "without", "wouldnt"};

static_assert(std::is_sorted(kLongForms.begin(), kLongForms.end(), InOrder));
static_assert(std::is_sorted(kDigits.begin(), kDigits.end(), InOrder));
static_assert(std::is_sorted(kFunctionWords.begin(), kFunctionWords.end()));
static_assert(std::is_sorted(kCourtesy.begin(), kCourtesy.end()));

template <size_t n>
std::string_view MeaningIn(const std::array<Meaning, n>& list,
                           std::string_view word) {
  const auto found =
      std::lower_bound(list.begin(), list.end(), Meaning{word, ""}, InOrder);
  return found != list.end() && found->word == word ? found->means : "";
}

// After a first letter that is the same: one letter twice, or two neighbours
// the other way round; where the word is long enough to be told by the rest,
// one letter left out or another one in its place, but for the last.
bool IsSlipOf(std::string_view slip, std::string_view word) {
  const size_t common = std::min(slip.size(), word.size());
  size_t i = 0;
  while (i < common && slip[i] == word[i]) ++i;
  if (i == 0 || i == common) return false;
  const std::string_view rest = word.substr(i + 1);
  if (slip.size() == word.size()) {
    if (i + 1 < common && slip[i] == word[i + 1] && slip[i + 1] == word[i]) {
      return slip.substr(i + 2) == word.substr(i + 2);
    }
    return word.size() >= 6 && !rest.empty() && slip.substr(i + 1) == rest;
  }
  if (slip.size() == word.size() + 1) {
    return slip[i] == slip[i - 1] && slip.substr(i + 1) == word.substr(i);
  }
  return word.size() >= 6 && slip.size() + 1 == word.size() &&
         slip.substr(i) == rest;
}

}  // namespace

std::string_view LongForm(std::string_view word) {
  return MeaningIn(kLongForms, word);
}

std::span<const Meaning> NumberWords() { return kDigits; }

std::span<const std::string_view> FunctionWords() { return kFunctionWords; }

std::span<const std::string_view> CourtesyWords() { return kCourtesy; }

std::string_view MendedNegation(std::string_view word) {
  if (word.size() < 4 || word.size() > 9) return "";
  for (const std::string_view negation : kMendable) {
    if (word[0] == negation[0] && IsSlipOf(word, negation)) return negation;
  }
  return "";
}

}  // namespace earshot::router
