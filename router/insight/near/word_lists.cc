#include "router/insight/near/word_lists.h"

#include <algorithm>
#include <array>

namespace earshot::router {
namespace {

struct Pair {
  std::string_view word;
  std::string_view meaning;
};

constexpr bool InOrder(const Pair& left, const Pair& right) {
  return left.word < right.word;
}

// Sorted. Forms that are as often another word ("ill", "were") are left out.
constexpr std::array kLongForms{
    Pair{"2day", "today"},
    Pair{"2moro", "tomorrow"},
    Pair{"2nite", "tonight"},
    Pair{"abt", "about"},
    Pair{"acc", "account"},
    Pair{"acct", "account"},
    Pair{"addr", "address"},
    Pair{"aint", "is not"},
    Pair{"amt", "amount"},
    Pair{"approx", "approximately"},
    Pair{"appt", "appointment"},
    Pair{"arent", "are not"},
    Pair{"b4", "before"},
    Pair{"bal", "balance"},
    Pair{"bc", "because"},
    Pair{"bcp", "beaucoup"},
    Pair{"bjr", "bonjour"},
    Pair{"bn", "bien"},
    Pair{"cannot", "can not"},
    Pair{"cant", "can not"},
    Pair{"chk", "check"},
    Pair{"couldnt", "could not"},
    Pair{"coz", "because"},
    Pair{"cust", "customer"},
    Pair{"custs", "customers"},
    Pair{"cuz", "because"},
    Pair{"dept", "department"},
    Pair{"didnt", "did not"},
    Pair{"doesnt", "does not"},
    Pair{"dont", "do not"},
    Pair{"ds", "dans"},
    Pair{"equip", "equipment"},
    Pair{"fone", "phone"},
    Pair{"gimme", "give me"},
    Pair{"gonna", "going to"},
    Pair{"gotta", "got to"},
    Pair{"gr8", "great"},
    Pair{"hadnt", "had not"},
    Pair{"hasnt", "has not"},
    Pair{"havent", "have not"},
    Pair{"heres", "here is"},
    Pair{"hes", "he is"},
    Pair{"hows", "how is"},
    Pair{"hr", "hours"},
    Pair{"hrs", "hours"},
    Pair{"im", "i am"},
    Pair{"info", "information"},
    Pair{"isnt", "is not"},
    Pair{"itll", "it will"},
    Pair{"its", "it is"},
    Pair{"ive", "i have"},
    Pair{"l8", "late"},
    Pair{"l8r", "later"},
    Pair{"lemme", "let me"},
    Pair{"lets", "let us"},
    Pair{"maint", "maintenance"},
    Pair{"mgmt", "management"},
    Pair{"mgr", "manager"},
    Pair{"min", "minutes"},
    Pair{"mins", "minutes"},
    Pair{"mos", "months"},
    Pair{"msg", "message"},
    Pair{"msgs", "messages"},
    Pair{"msj", "mensaje"},
    Pair{"mustnt", "must not"},
    Pair{"n", "and"},
    Pair{"nbr", "number"},
    Pair{"neednt", "need not"},
    Pair{"nite", "night"},
    Pair{"nr", "number"},
    Pair{"num", "number"},
    Pair{"pb", "probleme"},
    Pair{"pbs", "problemes"},
    Pair{"pf", "por favor"},
    Pair{"ph", "phone"},
    Pair{"pkg", "package"},
    Pair{"pls", "please"},
    Pair{"plse", "please"},
    Pair{"plz", "please"},
    Pair{"pmt", "payment"},
    Pair{"ppl", "people"},
    Pair{"pq", "porque"},
    Pair{"pw", "password"},
    Pair{"pwd", "password"},
    Pair{"pymt", "payment"},
    Pair{"q", "que"},
    Pair{"qd", "quand"},
    Pair{"qty", "quantity"},
    Pair{"r", "are"},
    Pair{"rcvd", "received"},
    Pair{"rdv", "rendez vous"},
    Pair{"recd", "received"},
    Pair{"sched", "schedule"},
    Pair{"secs", "seconds"},
    Pair{"shes", "she is"},
    Pair{"shouldnt", "should not"},
    Pair{"stmt", "statement"},
    Pair{"stp", "please"},
    Pair{"svc", "service"},
    Pair{"svp", "please"},
    Pair{"tb", "tambien"},
    Pair{"tel", "phone"},
    Pair{"temp", "temperature"},
    Pair{"thatll", "that will"},
    Pair{"thats", "that is"},
    Pair{"theres", "there is"},
    Pair{"theyd", "they would"},
    Pair{"theyll", "they will"},
    Pair{"theyre", "they are"},
    Pair{"theyve", "they have"},
    Pair{"thnx", "thanks"},
    Pair{"tho", "though"},
    Pair{"thru", "through"},
    Pair{"thx", "thanks"},
    Pair{"tks", "thanks"},
    Pair{"tmb", "tambien"},
    Pair{"tmr", "tomorrow"},
    Pair{"tmrw", "tomorrow"},
    Pair{"tonite", "tonight"},
    Pair{"trf", "transfer"},
    Pair{"trx", "transaction"},
    Pair{"tt", "tout"},
    Pair{"txn", "transaction"},
    Pair{"txns", "transactions"},
    Pair{"ty", "thanks"},
    Pair{"u", "you"},
    Pair{"ur", "your"},
    Pair{"urs", "yours"},
    Pair{"w", "with"},
    Pair{"wanna", "want to"},
    Pair{"wasnt", "was not"},
    Pair{"werent", "were not"},
    Pair{"weve", "we have"},
    Pair{"whats", "what is"},
    Pair{"whens", "when is"},
    Pair{"wheres", "where is"},
    Pair{"whos", "who is"},
    Pair{"whys", "why is"},
    Pair{"wk", "week"},
    Pair{"wks", "weeks"},
    Pair{"wo", "without"},
    Pair{"wont", "will not"},
    Pair{"wouldnt", "would not"},
    Pair{"xfa", "por favor"},
    Pair{"xfer", "transfer"},
    Pair{"xq", "porque"},
    Pair{"youd", "you would"},
    Pair{"youll", "you will"},
    Pair{"youre", "you are"},
    Pair{"youve", "you have"},
    Pair{"yr", "year"},
    Pair{"yrs", "years"},
};

// Sorted; of the words that the tokens take for numbers.
constexpr std::array kDigits{
    Pair{"billion", "1000000000"},
    Pair{"catorce", "14"},
    Pair{"cero", "0"},
    Pair{"cien", "100"},
    Pair{"ciento", "100"},
    Pair{"cinco", "5"},
    Pair{"cincuenta", "50"},
    Pair{"cinq", "5"},
    Pair{"cinquante", "50"},
    Pair{"cuarenta", "40"},
    Pair{"cuatro", "4"},
    Pair{"deux", "2"},
    Pair{"diez", "10"},
    Pair{"dix", "10"},
    Pair{"doce", "12"},
    Pair{"dos", "2"},
    Pair{"douze", "12"},
    Pair{"dozen", "12"},
    Pair{"eight", "8"},
    Pair{"eighteen", "18"},
    Pair{"eighty", "80"},
    Pair{"eleven", "11"},
    Pair{"fifteen", "15"},
    Pair{"fifty", "50"},
    Pair{"five", "5"},
    Pair{"forty", "40"},
    Pair{"four", "4"},
    Pair{"fourteen", "14"},
    Pair{"huit", "8"},
    Pair{"hundred", "100"},
    Pair{"mil", "1000"},
    Pair{"mille", "1000"},
    Pair{"million", "1000000"},
    Pair{"nine", "9"},
    Pair{"nineteen", "19"},
    Pair{"ninety", "90"},
    Pair{"nueve", "9"},
    Pair{"ocho", "8"},
    Pair{"one", "1"},
    Pair{"onze", "11"},
    Pair{"quarante", "40"},
    Pair{"quatorze", "14"},
    Pair{"quatre", "4"},
    Pair{"quince", "15"},
    Pair{"quinze", "15"},
    Pair{"seis", "6"},
    Pair{"sept", "7"},
    Pair{"seven", "7"},
    Pair{"seventeen", "17"},
    Pair{"seventy", "70"},
    Pair{"siete", "7"},
    Pair{"six", "6"},
    Pair{"sixteen", "16"},
    Pair{"sixty", "60"},
    Pair{"ten", "10"},
    Pair{"thirteen", "13"},
    Pair{"thirty", "30"},
    Pair{"thousand", "1000"},
    Pair{"three", "3"},
    Pair{"trece", "13"},
    Pair{"treinta", "30"},
    Pair{"treize", "13"},
    Pair{"trente", "30"},
    Pair{"tres", "3"},
    Pair{"trois", "3"},
    Pair{"twelve", "12"},
    Pair{"twenty", "20"},
    Pair{"two", "2"},
    Pair{"veinte", "20"},
    Pair{"vingt", "20"},
    Pair{"zero", "0"},
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
std::string_view MeaningIn(const std::array<Pair, n>& list,
                           std::string_view word) {
  const auto found =
      std::lower_bound(list.begin(), list.end(), Pair{word, ""}, InOrder);
  return found != list.end() && found->word == word ? found->meaning : "";
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

std::string_view DigitsOf(std::string_view word) {
  return MeaningIn(kDigits, word);
}

bool IsFunctionWord(std::string_view word) {
  return std::binary_search(kFunctionWords.begin(), kFunctionWords.end(), word);
}

bool IsCourtesy(std::string_view word) {
  return std::binary_search(kCourtesy.begin(), kCourtesy.end(), word);
}

std::string_view MendedNegation(std::string_view word) {
  if (word.size() < 4 || word.size() > 9) return "";
  for (const std::string_view negation : kMendable) {
    if (word[0] == negation[0] && IsSlipOf(word, negation)) return negation;
  }
  return "";
}

}  // namespace earshot::router
