#include "router/insight/near/alignment.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "router/insight/near/slips.h"

namespace earshot::router {
namespace {

double WeightOf(const NearWord& word) {
  switch (word.weight) {
    case NearWord::Weight::kCourtesy:
      return 0.15;
    case NearWord::Weight::kFunction:
      return 0.35;
    default:
      return 1.0;
  }
}

std::u16string_view LettersOf(const NearWords& text, const NearWord& word) {
  return std::u16string_view(text.letters).substr(word.begin, word.size);
}

bool HasDigit(std::u16string_view letters) {
  return std::any_of(letters.begin(), letters.end(), [](char16_t letter) {
    return letter >= u'0' && letter <= u'9';
  });
}

}  // namespace

// The weights were fitted on two sets of repeats; README.md.
double Alignment::Score() const {
  constexpr double kFunction = 1.75;
  const double common = common_content + kFunction * common_function;
  double apart = 0.67 * inside_content + 1.75 * kFunction * inside_function +
                 0.015 * breaks;
  const auto both = [](const std::array<double, 2>& at) {
    return std::min(at[0], at[1]);
  };
  const auto more = [&](const std::array<double, 2>& at) {
    return std::max(at[0], at[1]) - both(at);
  };
  // What only one text has before or after was put there or cut off; what both
  // have, each its own, makes them two texts.
  apart += 0.95 * more(going_on[kBefore]) + 1.25 * both(going_on[kBefore]);
  apart += 0.27 * more(going_on[kAfter]) + 1.4 * both(going_on[kAfter]);
  for (const auto& at : parted) {
    apart += 0.16 * (at[0] + at[1]) + 0.5 * both(at);
  }
  // The less there is in common, the more counts that anything is not.
  apart += 0.6 * apart / (apart + 0.3);
  return common <= 0 ? 0 : common / (common + apart);
}

void Aligner::Pair(int left, int right, double likeness) {
  const auto l = static_cast<size_t>(left);
  const auto r = static_cast<size_t>(right);
  sides_[0].partner[l] = right;
  sides_[1].partner[r] = left;
  sides_[0].likeness[l] = sides_[1].likeness[r] = likeness;
}

void Aligner::Unpair(int left, int right) {
  sides_[0].partner[static_cast<size_t>(left)] = kNone;
  sides_[1].partner[static_cast<size_t>(right)] = kNone;
}

// The first of a word with the first of the same word, and so on.
void Aligner::PairEqual() {
  const auto& left = sides_[0].text->words;
  const auto& right = sides_[1].text->words;
  heads_.assign(std::bit_ceil(2 * right.size() + 1), 0);
  const size_t mask = heads_.size() - 1;
  next_.assign(right.size() + 1, 0);
  for (size_t i = right.size(); i-- > 0;) {
    uint32_t& head = heads_[right[i].hash & mask];
    next_[i + 1] = static_cast<int>(head);
    head = static_cast<uint32_t>(i + 1);
  }
  for (size_t i = 0; i < left.size(); ++i) {
    // Takes the partner out of its chain.
    int before = 0;
    int at = static_cast<int>(heads_[left[i].hash & mask]);
    while (at != 0 && right[static_cast<size_t>(at) - 1].hash != left[i].hash) {
      before = at;
      at = next_[static_cast<size_t>(at)];
    }
    if (at == 0) continue;
    const int after = next_[static_cast<size_t>(at)];
    if (before == 0) {
      heads_[left[i].hash & mask] = static_cast<uint32_t>(after);
    } else {
      next_[static_cast<size_t>(before)] = after;
    }
    Pair(static_cast<int>(i), at - 1, 1);
  }
}

// Where a word stands more than once, neighbours go with neighbours.
void Aligner::Straighten() {
  auto& left = sides_[0];
  auto& right = sides_[1];
  const int left_size = static_cast<int>(left.partner.size());
  const int right_size = static_cast<int>(right.partner.size());
  const auto move = [&](int i, int step) {
    const int j = left.partner[static_cast<size_t>(i)];
    const int a = i + step;
    const int b = j + step;
    if (j == kNone || a < 0 || b < 0 || a >= left_size || b >= right_size) {
      return;
    }
    const auto ai = static_cast<size_t>(a);
    const auto bi = static_cast<size_t>(b);
    if (left.partner[ai] == b ||
        left.text->words[ai].hash != right.text->words[bi].hash) {
      return;
    }
    const int old_right = left.partner[ai];
    const int old_left = right.partner[bi];
    if (old_right != kNone) Unpair(a, old_right);
    if (old_left != kNone) Unpair(old_left, b);
    Pair(a, b, 1);
    if (old_left != kNone && old_right != kNone) Pair(old_left, old_right, 1);
  };
  for (int i = 0; i < left_size; ++i) move(i, 1);
  for (int i = left_size; i-- > 0;) move(i, -1);
}

double Aligner::Likeness(int left, int right) const {
  const NearWords& a = *sides_[0].text;
  const NearWords& b = *sides_[1].text;
  const NearWord& word = a.words[static_cast<size_t>(left)];
  const NearWord& other = b.words[static_cast<size_t>(right)];
  const std::u16string_view letters = LettersOf(a, word);
  const std::u16string_view other_letters = LettersOf(b, other);
  if ((letters == u"no" && other_letters == u"number") ||
      (letters == u"number" && other_letters == u"no")) {
    return 1;
  }
  // A number is never another one, but a word for it may be typed badly.
  if (word.number && other.number) return 0;
  if (HasDigit(letters) || HasDigit(other_letters)) return 0;
  // Two words of the lists are two words, however near their letters.
  if (word.weight != NearWord::Weight::kContent &&
      other.weight != NearWord::Weight::kContent) {
    return 0;
  }
  const double likeness = SlipLikeness(letters, other_letters);
  // A negation may have its letters the wrong way round, no more.
  if (word.negation != other.negation &&
      (letters.size() != other_letters.size() || letters.size() < 3 ||
       !std::is_permutation(letters.begin(), letters.end(),
                            other_letters.begin()))) {
    return 0;
  }
  return likeness;
}

void Aligner::PairLoose() {
  auto& left = sides_[0].partner;
  auto& right = sides_[1].partner;
  const int left_size = static_cast<int>(left.size());
  const int right_size = static_cast<int>(right.size());
  const auto loose = [](const std::vector<int>& partner, int at) {
    return at >= 0 && at < static_cast<int>(partner.size()) &&
           partner[static_cast<size_t>(at)] == kNone;
  };
  const auto attempt = [&](int i, int j) {
    if (!loose(left, i) || !loose(right, j)) return false;
    const double likeness = Likeness(i, j);
    if (likeness > 0) Pair(i, j, likeness);
    return likeness > 0;
  };
  // Beside a pair, from the front and from the back.
  for (int i = 0; i < left_size; ++i) {
    if (i == 0) attempt(0, 0);
    const int j = left[static_cast<size_t>(i)];
    if (j != kNone) attempt(i + 1, j + 1);
  }
  attempt(left_size - 1, right_size - 1);
  for (int i = left_size; i-- > 0;) {
    const int j = left[static_cast<size_t>(i)];
    if (j != kNone) attempt(i - 1, j - 1);
  }
  // Anywhere.
  std::array<int, kMostLoose> rest{};
  size_t count = 0;
  for (int j = 0; j < right_size && count < kMostLoose; ++j) {
    if (loose(right, j)) rest.at(count++) = j;
  }
  size_t tried = 0;
  for (int i = 0; i < left_size && tried < kMostLoose && count > 0; ++i) {
    if (!loose(left, i)) continue;
    ++tried;
    for (size_t k = 0; k < count; ++k) {
      if (attempt(i, rest.at(k))) break;
    }
  }
}

// The stretch with the greatest sum, a common word counting for it and any
// other against it; the longest of equals.
void Aligner::FindInside(Side& side) {
  double best = 0;
  double sum = 0;
  int begin = 0;
  side.begin = side.end = 0;
  constexpr double kEqual = 1e-9;
  for (size_t i = 0; i < side.partner.size(); ++i) {
    const double weight = WeightOf(side.text->words[i]);
    const bool common = side.partner[i] != kNone;
    if (sum < -kEqual) {
      sum = 0;
      begin = static_cast<int>(i);
    }
    sum += common ? weight : -weight;
    if (common && sum >= best - kEqual) {
      best = std::max(best, sum);
      side.begin = begin;
      side.end = static_cast<int>(i) + 1;
    }
  }
}

void Aligner::DropOutside() {
  Side& left = sides_[0];
  Side& right = sides_[1];
  for (int i = 0; i < static_cast<int>(left.partner.size()); ++i) {
    const int j = left.partner[static_cast<size_t>(i)];
    if (j == kNone) continue;
    if (i < left.begin || i >= left.end || j < right.begin || j >= right.end) {
      Unpair(i, j);
    }
  }
  for (Side& side : sides_) {
    const auto alone = [&](int at) {
      return side.partner[static_cast<size_t>(at)] == kNone;
    };
    while (side.begin < side.end && alone(side.begin)) ++side.begin;
    while (side.end > side.begin && alone(side.end - 1)) --side.end;
  }
}

void Aligner::SumInside(const Side& side, Alignment& out) const {
  for (int at = side.begin; at < side.end; ++at) {
    const auto i = static_cast<size_t>(at);
    const NearWord& word = side.text->words[i];
    const double weight = WeightOf(word);
    const double likeness = side.partner[i] == kNone ? 0 : side.likeness[i];
    const bool content = word.weight == NearWord::Weight::kContent;
    (content ? out.common_content : out.common_function) +=
        weight * likeness / 2;
    (content ? out.inside_content : out.inside_function) +=
        weight * (1 - likeness);
  }
}

// From the stretch outwards: once a sign was met, all is parted from it.
void Aligner::SumEnd(size_t side_number, Alignment::End end,
                     Alignment& out) const {
  const Side& side = sides_.at(side_number);
  const auto& words = side.text->words;
  const int size = static_cast<int>(words.size());
  const bool before = end == Alignment::kBefore;
  const int step = before ? -1 : 1;
  bool parted = false;
  for (int at = before ? side.begin - 1 : side.end; at >= 0 && at < size;
       at += step) {
    // The sign between this word and the one nearer to the stretch.
    const int left = before ? at : at - 1;
    parted |= left >= 0 && words[static_cast<size_t>(left)].parted;
    const NearWord& word = words[static_cast<size_t>(at)];
    const bool aside = parted || word.weight == NearWord::Weight::kCourtesy ||
                       IsReference(*side.text, word);
    (aside ? out.parted : out.going_on).at(end).at(side_number) +=
        WeightOf(word);
  }
}

void Aligner::CountBreaks(Alignment& out) const {
  const Side& side = sides_[0];
  int last = kNone;
  for (int at = side.begin; at < side.end; ++at) {
    const int partner = side.partner[static_cast<size_t>(at)];
    if (partner == kNone) continue;
    if (last != kNone && partner < last) ++out.breaks;
    last = partner;
  }
}

void Aligner::CheckNumbers(Alignment& out) const {
  std::array<std::array<bool, 2>, 2> ends{};  // before, after; of each side
  std::array<std::array<bool, 2>, 2> counts{};
  for (size_t s = 0; s < 2; ++s) {
    const Side& side = sides_.at(s);
    for (size_t i = 0; i < side.partner.size(); ++i) {
      const NearWord& word = side.text->words[i];
      if (side.partner[i] != kNone || !word.number) continue;
      const int at = static_cast<int>(i);
      if (at >= side.begin && at < side.end) {
        out.numbers_agree = false;
        return;
      }
      const size_t end = at < side.begin ? 0 : 1;
      ends.at(end).at(s) = true;
      counts.at(end).at(s) |= !IsReference(*side.text, word);
    }
  }
  for (size_t end = 0; end < 2; ++end) {
    if (ends.at(end)[0] && ends.at(end)[1] &&
        (counts.at(end)[0] || counts.at(end)[1])) {
      out.numbers_agree = false;
    }
  }
}

void Aligner::CheckNegations(Alignment& out) const {
  for (const Side& side : sides_) {
    const int size = static_cast<int>(side.partner.size());
    for (int i = std::max(0, side.begin - 1); i < size && i <= side.end; ++i) {
      const auto at = static_cast<size_t>(i);
      if (side.partner[at] != kNone || !side.text->words[at].negation) continue;
      // After the stretch it counts only as the very last word; what follows
      // it may have been cut off the other text.
      if (i < side.end || i == size - 1) out.negations_agree = false;
    }
  }
}

Alignment Aligner::Align(const NearWords& left, const NearWords& right) {
  sides_[0].text = &left;
  sides_[1].text = &right;
  for (Side& side : sides_) {
    side.partner.assign(side.text->words.size(), kNone);
    side.likeness.assign(side.text->words.size(), 0);
  }
  Alignment out;
  if (left.words.empty() || right.words.empty()) return out;
  PairEqual();
  Straighten();
  PairLoose();
  for (Side& side : sides_) FindInside(side);
  DropOutside();
  for (const Side& side : sides_) SumInside(side, out);
  for (const size_t side : {0U, 1U}) {
    SumEnd(side, Alignment::kBefore, out);
    SumEnd(side, Alignment::kAfter, out);
  }
  CountBreaks(out);
  CheckNumbers(out);
  CheckNegations(out);
  return out;
}

}  // namespace earshot::router
