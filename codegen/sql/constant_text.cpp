// SPDX-License-Identifier: Apache-2.0
//
// How it works. A variable is remembered by the tokens of what was assigned to it last, and counts
// for as long as nothing can have been assigned to it since: no assignment, INTO or loop with its
// name stands between there and here, nor later in a loop that goes around only one of the two. An
// expression is then read once for each combination of what the loops around it may have put into
// their variables. Anything else than what is known here makes it unknown.
#include "sql/constant_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "source/words.hpp"

namespace godwit::codegen::sql {
namespace {

constexpr int kMaxDepth = 50;              // of parentheses and variables
constexpr std::size_t kMaxSteps = 20'000;  // of one EXECUTE, in all rounds
constexpr std::size_t kMaxRounds = 200;    // of all loops together
constexpr std::size_t kMaxLength = 100'000;

std::string quoted(std::string_view value, char quote) {
  std::string text(1, quote);
  for (const char c : value) {
    if (c == quote)
      text += quote;
    text += c;
  }
  text += quote;
  return text;
}

std::string quoted_literal(std::string_view value) {
  std::string text = quoted(value, '\'');
  if (value.find('\\') == std::string_view::npos)
    return text;
  std::string escaped = " E";
  for (const char c : text) {
    if (c == '\\')
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// A text that stands, as far as positions go, all at one place of the surroundings.
Literal text_at(std::string value, std::size_t outer) {
  Literal literal{std::move(value), {}};
  for (std::size_t i = 0; i <= literal.value.size(); ++i) literal.origin.add_piece(i, outer);
  return literal;
}

/// [begin, end) of a text, with its positions.
void append_part(Literal& whole, const Literal& part, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i)
    whole.origin.add_piece(whole.value.size() + i - begin, part.origin.to_outer(i));
  whole.value.append(part.value, begin, end - begin);
}

std::optional<long> number_of(std::string_view text) {
  long number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size())
    return std::nullopt;
  return number;
}

/// The elements of '{a, b}'; those with quotes, escapes or braces are not read.
std::optional<std::vector<std::string>> elements_of(std::string_view value) {
  if (value.size() < 3 || value.front() != '{' || value.back() != '}')
    return std::nullopt;
  std::vector<std::string> elements;
  std::string element;
  const auto finish = [&] {
    elements.emplace_back(trim(element));
    element.clear();
  };
  for (const char c : value.substr(1, value.size() - 2)) {
    if (c == '"' || c == '\\' || c == '{' || c == '}')
      return std::nullopt;
    if (c == ',')
      finish();
    else
      element += c;
  }
  finish();
  return elements;
}

}  // namespace

/// Reads one expression, with one value for each loop's variable.
class ConstantText::Reader {
 public:
  Reader(const ConstantText& owner, const Values& values, std::size_t first, std::size_t end,
         int depth, std::size_t& steps)
      : owner_(owner),
        text_(owner.text_),
        tokens_(owner.tokens_),
        values_(values),
        at_(first),
        end_(end),
        depth_(depth),
        steps_(steps) {}

  bool is_built() const { return is_built_; }

  std::optional<Literal> whole() {
    auto found = expression();
    return found && at_ == end_ ? std::move(found) : std::nullopt;
  }

  std::optional<std::vector<std::string>> whole_list() {
    auto found = list();
    return found && at_ == end_ ? std::move(found) : std::nullopt;
  }

  /// What a FOR loop goes through.
  std::optional<std::vector<std::string>> whole_source() {
    auto found = source();
    skip_alias();
    return found && at_ == end_ ? std::move(found) : std::nullopt;
  }

 private:
  bool word(std::string_view expected, std::size_t ahead = 0) const {
    return at_ + ahead < end_ && is_word(text_, tokens_[at_ + ahead], expected);
  }
  bool symbol(std::string_view expected, std::size_t ahead = 0) const {
    return at_ + ahead < end_ && is_symbol(text_, tokens_[at_ + ahead], expected);
  }
  bool is_name() const {
    return at_ < end_ &&
           (tokens_[at_].kind == TokenKind::kWord || tokens_[at_].kind == TokenKind::kQuotedName);
  }
  bool take(std::string_view expected) {
    if (!symbol(expected) && !word(expected))
      return false;
    ++at_;
    return true;
  }

  /// operand || operand …
  std::optional<Literal> expression() {
    if (++depth_ > kMaxDepth)
      return std::nullopt;
    auto whole = operand();
    while (whole && symbol("|") && symbol("|", 1)) {
      at_ += 2;
      const auto next = operand();
      if (!next || whole->value.size() + next->value.size() > kMaxLength)
        return std::nullopt;
      whole->origin.append(next->origin, whole->value.size());
      whole->value += next->value;
    }
    --depth_;
    return whole;
  }

  /// Types that change nothing of a text.
  bool skip_casts() {
    constexpr auto kTexts =
        std::to_array<std::string_view>({"text", "varchar", "name", "regclass", "bpchar"});
    while (take("::")) {
      if (!is_name() || std::none_of(kTexts.begin(), kTexts.end(),
                                     [&](std::string_view type) { return word(type); }))
        return false;
      ++at_;
    }
    return true;
  }

  std::optional<Literal> operand() {
    if (at_ >= end_ || ++steps_ > kMaxSteps)
      return std::nullopt;
    auto found = primary();
    if (!found || !skip_casts())
      return std::nullopt;
    return found;
  }

  std::optional<Literal> primary() {
    if (take("(")) {
      auto inner = expression();
      if (!take(")"))
        return std::nullopt;
      return inner;
    }
    const Token& token = tokens_[at_];
    if (token.kind == TokenKind::kString) {
      ++at_;
      return read_literal(text_, token);
    }
    if (token.kind == TokenKind::kNumber) {
      ++at_;
      is_built_ = true;
      return text_at(std::string(token.in(text_)), token.offset);
    }
    if (!is_name())
      return std::nullopt;
    return symbol("(", 1) ? call() : variable();
  }

  std::optional<Literal> variable() {
    const std::size_t first = at_;
    const std::string name = name_of(text_, tokens_[at_++]);
    is_built_ = true;
    // A loop's only column: `FOR row IN SELECT unnest(…) AS t LOOP … row.t`
    if (symbol(".") && values_.find(name) != values_.end()) {
      at_ += 2;
      if (at_ > end_)
        return std::nullopt;
    }
    std::optional<std::string> value;
    if (take("["))
      value = element_of(name, first);
    else
      value = value_of(name, first);
    if (!value)
      return std::nullopt;
    return text_at(std::move(*value), tokens_[first].offset);
  }

  /// `tables[i]`, behind the bracket.
  std::optional<std::string> element_of(const std::string& name, std::size_t first) {
    const auto index = expression();
    const auto list = list_of(name, first);
    if (!index || !list || !take("]"))
      return std::nullopt;
    const auto number = number_of(index->value);
    if (!number || *number < 1 || static_cast<std::size_t>(*number) > list->size())
      return std::nullopt;
    return (*list)[static_cast<std::size_t>(*number) - 1];
  }

  std::optional<std::string> value_of(const std::string& name, std::size_t at) {
    if (const auto given = values_.find(name); given != values_.end())
      return given->second;
    const Definition* definition = owner_.definition_at(name, at);
    if (definition == nullptr)
      return std::nullopt;
    Reader reader(owner_, values_, definition->first, definition->end, depth_ + 1, steps_);
    auto found = reader.whole();
    return found ? std::optional(std::move(found->value)) : std::nullopt;
  }

  std::optional<std::vector<std::string>> list_of(const std::string& name, std::size_t at) {
    const Definition* definition = owner_.definition_at(name, at);
    if (definition == nullptr || depth_ > kMaxDepth)
      return std::nullopt;
    return Reader(owner_, values_, definition->first, definition->end, depth_ + 1, steps_)
        .whole_list();
  }

  std::optional<Literal> call() {
    const std::size_t outer = tokens_[at_].offset;
    const std::string function = name_of(text_, tokens_[at_]);
    at_ += 2;
    std::vector<Literal> arguments;
    if (!symbol(")")) {
      do {
        auto argument = expression();
        if (!argument)
          return std::nullopt;
        arguments.push_back(std::move(*argument));
      } while (take(","));
    }
    if (!take(")") || arguments.empty())
      return std::nullopt;
    if (function == "format")
      return formatted(arguments);
    is_built_ = true;
    if (function == "concat") {
      Literal whole = std::move(arguments.front());
      for (std::size_t i = 1; i < arguments.size(); ++i) {
        whole.origin.append(arguments[i].origin, whole.value.size());
        whole.value += arguments[i].value;
      }
      return whole;
    }
    if (arguments.size() != 1)
      return std::nullopt;
    const std::string& value = arguments.front().value;
    if (function == "quote_ident")
      return text_at(quoted(value, '"'), outer);
    if (function == "quote_literal" || function == "quote_nullable")
      return text_at(quoted_literal(value), outer);
    if (function == "lower")
      return text_at(to_lower(value), outer);
    return std::nullopt;
  }

  /// https://www.postgresql.org/docs/15/functions-string.html#FUNCTIONS-STRING-FORMAT, but for
  /// widths.
  std::optional<Literal> formatted(const std::vector<Literal>& arguments) {
    const Literal& format = arguments.front();
    is_built_ = is_built_ || arguments.size() > 1;
    Literal whole;
    std::size_t next = 1;
    for (std::size_t i = 0; i < format.value.size(); ++i) {
      if (format.value[i] != '%') {
        append_part(whole, format, i, i + 1);
        continue;
      }
      if (++i == format.value.size())
        return std::nullopt;
      if (format.value[i] == '%') {
        append_part(whole, format, i, i + 1);
        continue;
      }
      // %3$I
      std::size_t digits = i;
      while (digits < format.value.size() && format.value[digits] >= '0' &&
             format.value[digits] <= '9')
        ++digits;
      if (digits > i && digits + 1 < format.value.size() && format.value[digits] == '$') {
        const auto position = number_of(std::string_view(format.value).substr(i, digits - i));
        next = position && *position > 0 ? static_cast<std::size_t>(*position) : arguments.size();
        i = digits + 1;
      }
      if (next >= arguments.size() || whole.value.size() > kMaxLength)
        return std::nullopt;
      const Literal& argument = arguments[next++];
      const std::size_t outer = argument.origin.to_outer(0);
      Literal value;
      if (format.value[i] == 'I')
        value = text_at(quoted(argument.value, '"'), outer);
      else if (format.value[i] == 'L')
        value = text_at(quoted_literal(argument.value), outer);
      else if (format.value[i] == 's')
        value = argument;
      else
        return std::nullopt;
      append_part(whole, value, 0, value.value.size());
    }
    return whole;
  }

  /// Behind a list, `::text[]`.
  bool skip_list_cast() {
    while (take("::")) {
      if (!is_name())
        return false;
      ++at_;
      if (!take("[") || !take("]"))
        return false;
    }
    return true;
  }

  /// ARRAY['a', 'b'], '{a, b}', string_to_array('a,b', ','), or a variable with one of them.
  std::optional<std::vector<std::string>> list() {
    if (++depth_ > kMaxDepth || ++steps_ > kMaxSteps)
      return std::nullopt;
    if (take("(")) {
      auto inner = list();
      if (!take(")") || !skip_list_cast())
        return std::nullopt;
      return inner;
    }
    std::optional<std::vector<std::string>> found;
    if (word("array") && symbol("[", 1)) {
      at_ += 2;
      found = expressions("]");
    } else if (at_ < end_ && tokens_[at_].kind == TokenKind::kString) {
      const auto literal = read_literal(text_, tokens_[at_++]);
      if (literal)
        found = elements_of(literal->value);
    } else if (word("string_to_array") && symbol("(", 1)) {
      at_ += 2;
      const auto arguments = expressions(")");
      if (arguments && arguments->size() == 2)
        found = split((*arguments)[0], (*arguments)[1]);
    } else if (is_name()) {
      const std::size_t first = at_++;
      found = list_of(name_of(text_, tokens_[first]), first);
    }
    if (!found || !skip_list_cast())
      return std::nullopt;
    return found;
  }

  static std::optional<std::vector<std::string>> split(std::string_view value,
                                                       std::string_view delimiter) {
    if (value.empty() || delimiter.empty())
      return std::nullopt;
    std::vector<std::string> parts;
    for (;;) {
      const std::size_t end = value.find(delimiter);
      parts.emplace_back(value.substr(0, end));
      if (end == std::string_view::npos)
        return parts;
      value.remove_prefix(end + delimiter.size());
    }
  }

  /// Up to behind `close`.
  std::optional<std::vector<std::string>> expressions(std::string_view close) {
    std::vector<std::string> found;
    do {
      auto one = expression();
      if (!one)
        return std::nullopt;
      found.push_back(std::move(one->value));
    } while (take(","));
    if (!take(close))
      return std::nullopt;
    return found;
  }

  /// AS name, name, AS name(column)
  void skip_alias() {
    take("as");
    if (is_name() && !word("from"))
      ++at_;
    if (symbol("(") && symbol(")", 2))
      at_ += 3;
  }

  std::optional<std::vector<std::string>> source() {
    if (++depth_ > kMaxDepth)
      return std::nullopt;
    if (word("array") && !symbol("[", 1)) {  // FOREACH t IN ARRAY list
      ++at_;
      return list();
    }
    if (take("(")) {
      auto inner = source();
      skip_alias();
      if (!take(")"))
        return std::nullopt;
      return inner;
    }
    if (take("values"))
      return rows();
    if (take("select"))
      return query();
    return range();
  }

  /// ('a'), ('b')
  std::optional<std::vector<std::string>> rows() {
    std::vector<std::string> found;
    do {
      if (!take("("))
        return std::nullopt;
      auto one = expression();
      if (!one || !take(")"))
        return std::nullopt;
      found.push_back(std::move(one->value));
    } while (take(","));
    return found;
  }

  /// Behind SELECT: unnest(list), or a column FROM unnest(list) or FROM (VALUES …).
  std::optional<std::vector<std::string>> query() {
    if (word("unnest"))
      return unnested();
    if (!take("*")) {
      if (!is_name())
        return std::nullopt;
      ++at_;
      if (take(".") && !take("*"))
        ++at_;
    }
    if (!take("from"))
      return std::nullopt;
    if (word("unnest"))
      return unnested();
    return symbol("(") && (word("values", 1) || word("select", 1)) ? source() : std::nullopt;
  }

  std::optional<std::vector<std::string>> unnested() {
    ++at_;
    if (!take("("))
      return std::nullopt;
    auto found = list();
    if (!take(")"))
      return std::nullopt;
    return found;
  }

  /// 1..12, 1..array_length(tables, 1)
  std::optional<std::vector<std::string>> range() {
    const bool is_reverse = take("reverse");
    auto low = bound();
    if (!take(".."))
      return std::nullopt;
    auto high = bound();
    if (is_reverse)
      std::swap(low, high);
    if (!low || !high || *high < *low || *high - *low >= static_cast<long>(kMaxRounds))
      return std::nullopt;
    std::vector<std::string> found;
    for (long i = *low; i <= *high; ++i) found.push_back(std::to_string(i));
    if (is_reverse)
      std::reverse(found.begin(), found.end());
    return found;
  }

  std::optional<long> bound() {
    if ((word("array_length") || word("array_upper") || word("cardinality")) && symbol("(", 1)) {
      const bool has_dimension = !word("cardinality");
      at_ += 2;
      const auto found = list();
      if (!found || (has_dimension && !(take(",") && take_number("1"))) || !take(")"))
        return std::nullopt;
      return static_cast<long>(found->size());
    }
    const auto found = expression();
    return found ? number_of(found->value) : std::nullopt;
  }

  bool take_number(std::string_view number) {
    if (at_ >= end_ || tokens_[at_].in(text_) != number)
      return false;
    ++at_;
    return true;
  }

  const ConstantText& owner_;
  std::string_view text_;
  const std::vector<Token>& tokens_;
  const Values& values_;
  std::size_t at_;
  std::size_t end_;
  int depth_;
  std::size_t& steps_;
  bool is_built_ = false;
};

bool ConstantText::is_named(std::size_t token, std::string_view name) const {
  const Token& found = tokens_[token];
  return (found.kind == TokenKind::kWord || found.kind == TokenKind::kQuotedName) &&
         name_of(text_, found) == name;
}

/// May the variable at this token be declared or given another value here?
bool ConstantText::is_assigned_at(std::size_t token) const {
  const auto is = [&](std::size_t i, std::string_view word) {
    return i < tokens_.size() &&
           (is_word(text_, tokens_[i], word) || is_symbol(text_, tokens_[i], word));
  };
  if (is(token + 1, ":=") || is(token + 1, "["))
    return is(token + 1, ":=") || token == 0 || is(token - 1, ";") || is(token - 1, "then");
  if (token == 0)
    return false;
  const std::size_t before = token - 1;
  if (is(before, "for") || is(before, "foreach"))
    return true;
  constexpr auto kBefore = std::to_array<std::string_view>(
      {";", "begin", "then", "else", "loop", "declare", "diagnostics", ",", ">>"});
  const bool begins = std::any_of(kBefore.begin(), kBefore.end(),
                                  [&](std::string_view word) { return is(before, word); });
  if (begins && is(token + 1, "="))
    return true;
  // A declaration, such as one that hides the variable.
  if ((is(before, ";") || is(before, "declare")) && token + 1 < tokens_.size() &&
      tokens_[token + 1].kind == TokenKind::kWord)
    return true;
  // INTO [STRICT] a, b
  for (std::size_t i = token; i-- > 0;) {
    const Token& other = tokens_[i];
    if (is(i, "into"))
      return true;
    if (!is(i, ",") && !is(i, ".") && other.kind != TokenKind::kQuotedName &&
        (other.kind != TokenKind::kWord || is(i, "from") || is(i, "select")))
      return false;
  }
  return false;
}

bool ConstantText::is_assigned_in(std::string_view name, std::size_t first, std::size_t end) const {
  for (std::size_t i = first; i < std::min(end, tokens_.size()); ++i) {
    if (is_named(i, name) && is_assigned_at(i))
      return true;
  }
  return false;
}

bool ConstantText::is_mentioned_in(std::string_view name, std::size_t first,
                                   std::size_t end) const {
  for (std::size_t i = first; i < std::min(end, tokens_.size()); ++i) {
    if (is_named(i, name))
      return true;
  }
  return false;
}

/// Of its END.
std::size_t ConstantText::end_of_loop(std::size_t body) const {
  std::size_t depth = 1;
  for (std::size_t i = body; i < tokens_.size(); ++i) {
    if (!is_word(text_, tokens_[i], "loop"))
      continue;
    const bool is_end = i > 0 && is_word(text_, tokens_[i - 1], "end");
    if (!is_end)
      ++depth;
    else if (--depth == 0)
      return i - 1;
  }
  return tokens_.size();
}

void ConstantText::define(const std::string& variable, std::size_t first, std::size_t end) {
  definitions_[variable] = {first, end, lists_.empty() ? 0 : lists_.back()};
}

const ConstantText::Definition* ConstantText::definition_at(std::string_view variable,
                                                            std::size_t token) const {
  const auto found = definitions_.find(variable);
  if (found == definitions_.end())
    return nullptr;
  const Definition& definition = found->second;
  if (definition.end > token)
    return nullptr;
  const bool is_reached = definition.list == 0 ||
                          std::find(lists_.begin(), lists_.end(), definition.list) != lists_.end();
  std::size_t end = token;
  for (const Loop& loop : loops_) {
    if (loop.body > definition.end)
      end = std::max(end, loop.end);
  }
  if (!is_reached || is_assigned_in(variable, definition.end, end))
    return nullptr;
  return &definition;
}

bool ConstantText::enter_loop(const std::string& variable, std::size_t first, std::size_t end) {
  Loop loop{variable, {}, std::min(end + 1, tokens_.size()), 0};
  loop.end = end_of_loop(loop.body);
  const Values nothing;
  std::size_t steps = 0;
  auto values = Reader(*this, nothing, first, end, 0, steps).whole_source();
  if (values && values->size() <= kMaxRounds && !is_assigned_in(variable, loop.body, loop.end))
    loop.values = std::move(*values);
  const bool is_known = !loop.values.empty();
  bool is_left = false;
  for (std::size_t i = loop.body; i < loop.end; ++i)
    is_left = is_left || is_word(text_, tokens_[i], "exit") ||
              is_word(text_, tokens_[i], "continue") || is_word(text_, tokens_[i], "return");
  loops_.push_back(std::move(loop));
  return is_known && !is_left;
}

ConstantTexts ConstantText::read(std::size_t first, std::size_t end) const {
  std::vector<const Loop*> loops;
  std::size_t rounds = 1;
  for (const Loop& loop : loops_) {
    if (loop.values.empty() || !is_mentioned_in(loop.variable, loop.body, end))
      continue;
    loops.push_back(&loop);
    rounds *= loop.values.size();
    if (rounds > kMaxRounds)
      return {};
  }
  ConstantTexts found;
  std::size_t steps = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    Values values;
    std::size_t rest = round;
    for (std::size_t i = loops.size(); i-- > 0;) {
      const std::size_t count = loops[i]->values.size();
      values[loops[i]->variable] = loops[i]->values[rest % count];
      rest /= count;
    }
    Reader reader(*this, values, first, end, 0, steps);
    auto text = reader.whole();
    if (!text)
      return {};
    found.is_built = found.is_built || reader.is_built();
    if (std::none_of(found.texts.begin(), found.texts.end(),
                     [&](const Literal& other) { return other.value == text->value; }))
      found.texts.push_back(std::move(*text));
  }
  return found;
}

}  // namespace godwit::codegen::sql
