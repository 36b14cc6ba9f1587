// SPDX-License-Identifier: Apache-2.0
//
// How it works. A recursive descent over the tokens of a body follows the block structure
// (https://www.postgresql.org/docs/15/plpgsql-structure.html) and collects pieces: [begin, end) of
// an SQL statement or an expression, with the guards around it. INTO targets, which plain SQL does
// not know, are to be blanked out, as PL/pgSQL does itself.
#include "sql/plpgsql_splitter.hpp"

#include <algorithm>
#include <map>

#include "source/words.hpp"
#include "sql/constant_text.hpp"
#include "sql/guard.hpp"

namespace godwit::codegen::sql {
namespace {

/// How a list of statements is left before its end.
enum class Leaving { kNot, kReturning, kRaising };

Guard united(Guard a, const Guard& b) {
  a.if_absent = a.if_absent || b.if_absent;
  a.if_present = a.if_present || b.if_present;
  a.on_duplicate = a.on_duplicate || b.on_duplicate;
  a.on_undefined = a.on_undefined || b.on_undefined;
  a.caught |= b.caught;
  a.absent.insert(a.absent.end(), b.absent.begin(), b.absent.end());
  a.present.insert(a.present.end(), b.present.begin(), b.present.end());
  return a;
}

class Splitter {
 public:
  Splitter(std::string_view text, const TextOrigin& origin, Body& body)
      : text_(text), origin_(origin), body_(body), tokens_(scan(text, 0, text.size())) {
    asks_found_ = std::any_of(tokens_.begin(), tokens_.end(),
                              [&](const Token& token) { return is_word(text_, token, "found"); });
  }

  SplitBody run() {
    const Surroundings outside;
    skip_options();
    skip_labels();
    block(outside);
    return {std::move(pieces_), std::move(literals_)};
  }

 private:
  bool at_end() const { return at_ >= tokens_.size(); }

  /// `#variable_conflict use_column`, `#print_strict_params on`, `#option dump`
  void skip_options() {
    constexpr std::size_t kTokens = 3;
    while (symbol("#")) at_ = std::min(at_ + kTokens, tokens_.size());
  }

  bool word(std::string_view expected, std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && is_word(text_, tokens_[at_ + ahead], expected);
  }
  bool symbol(std::string_view expected, std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && is_symbol(text_, tokens_[at_ + ahead], expected);
  }
  std::size_t offset() const { return at_end() ? text_.size() : tokens_[at_].offset; }
  std::size_t previous_end() const {
    // A loop that skips a token in its body may step over the last one.
    const std::size_t at = std::min(at_, tokens_.size());
    return at == 0 ? 0 : tokens_[at - 1].end();
  }

  void skip_labels() {
    while (symbol("<<")) {
      while (!at_end() && !symbol(">>")) ++at_;
      if (!at_end())
        ++at_;
    }
  }

  /// Behind the next top-level semicolon.
  void skip_statement() {
    skip_to(";");
    if (!at_end())
      ++at_;
  }

  /// Up to the next `;`, or word, that is in no parenthesis and no CASE … END.
  void skip_to(std::string_view stop) {
    int depth = 0;
    int cases = 0;
    for (; !at_end(); ++at_) {
      if (depth == 0 && cases == 0 && (stop == ";" ? symbol(";") : word(stop)))
        return;
      if (stop != ";" && depth == 0 && symbol(";"))
        return;  // malformed: do not run away with the rest of the body
      if (symbol("(") || symbol("["))
        ++depth;
      else if ((symbol(")") || symbol("]")) && depth > 0)
        --depth;
      else if (word("case"))
        ++cases;
      else if (word("end") && cases > 0)
        --cases;
    }
  }

  void add_piece(PieceKind kind, std::size_t begin, std::size_t end, const Surroundings& around) {
    if (begin < end)
      pieces_.push_back({kind, begin, end, around.guard, around.is_conditional, {}, {}});
  }

  /// How much has been found so far.
  struct Sizes {
    std::size_t pieces = 0;
    std::size_t literals = 0;
    std::size_t dynamic = 0;
  };
  Sizes sizes() const { return {pieces_.size(), literals_.size(), body_.dynamic.size()}; }

  /// END, END IF, END CASE, END LOOP with a label: up to behind the semicolon.
  void skip_end() {
    while (!at_end() && !symbol(";")) ++at_;
    if (!at_end())
      ++at_;
  }

  /// [DECLARE …] BEGIN … [EXCEPTION …] END
  void block(const Surroundings& around) {
    while (word("declare")) {
      ++at_;
      while (!at_end() && !word("begin") && !word("declare")) declaration(around);
    }
    if (!word("begin"))
      return;
    ++at_;
    const Sizes begin = sizes();
    statements(around);
    if (word("exception")) {
      ++at_;
      const Sizes behind = sizes();
      Guard caught;
      while (word("when")) {
        ++at_;
        std::uint32_t bits = 0;
        for (; !at_end() && !word("then"); ++at_) bits |= condition_bits(tokens_[at_].in(text_));
        if (!at_end())
          ++at_;
        // What is raised again is not caught.
        if (statements({around.guard, true}) != Leaving::kRaising)
          caught.caught |= bits;
      }
      caught.on_duplicate = (caught.caught & condition::kDuplicates) != 0;
      caught.on_undefined = (caught.caught & condition::kUndefined) != 0;
      protect(caught, begin, behind);
    }
    if (word("end"))
      skip_end();
  }

  /// name [CONSTANT] type [NOT NULL] [{ DEFAULT | := | = } expression];
  void declaration(const Surroundings& around) {
    const std::string variable = name_of(text_, tokens_[at_]);
    int depth = 0;
    for (; !at_end() && !symbol(";"); ++at_) {
      if (symbol("("))
        ++depth;
      else if (symbol(")"))
        --depth;
      else if (word("cursor"))
        return skip_statement();
      else if (depth == 0 && (symbol(":=") || symbol("=") || word("default"))) {
        ++at_;
        return assigned(variable, around);
      }
    }
    skip_statement();
  }

  /// What was found between two moments is run under the protection of an exception handler.
  void protect(const Guard& caught, const Sizes& begin, const Sizes& end) {
    for (std::size_t i = begin.pieces; i < end.pieces; ++i)
      pieces_[i].guard = united(pieces_[i].guard, caught);
    for (std::size_t i = begin.literals; i < end.literals; ++i)
      literals_[i].around.guard = united(literals_[i].around.guard, caught);
    for (std::size_t i = begin.dynamic; i < end.dynamic; ++i)
      body_.dynamic[i].guard = united(body_.dynamic[i].guard, caught);
  }

  /// Statements up to END, EXCEPTION, ELSE, ELSIF or WHEN. What follows `IF … THEN RETURN; END IF`
  /// runs only where that condition does not hold.
  Leaving statements(const Surroundings& around) {
    constants_.enter_list();
    const Leaving leaving = list_of_statements(around);
    constants_.leave_list();
    return leaving;
  }

  Leaving list_of_statements(Surroundings around) {
    Leaving leaving = Leaving::kNot;
    while (!at_end()) {
      skip_labels();
      if (at_end() || word("end") || word("exception") || word("else") || word("elsif") ||
          word("elseif") || word("when"))
        return leaving;
      const std::size_t before = at_;
      const Leaving left = statement(around);
      if (leaving == Leaving::kNot)
        leaving = left;
      if (at_ == before)
        ++at_;
    }
    return leaving;
  }

  Leaving statement(Surroundings& around) {
    if (word("raise"))
      return raise(around);
    if (word("return")) {
      const bool goes_on = word("next", 1) || word("query", 1);
      return_statement(around);
      return goes_on ? Leaving::kNot : Leaving::kReturning;
    }
    if (word("exit") || word("continue")) {
      const std::size_t first = at_;
      skip_statement();
      const bool has_condition =
          std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(first),
                      tokens_.begin() + static_cast<std::ptrdiff_t>(at_),
                      [&](const Token& token) { return is_word(text_, token, "when"); });
      return has_condition ? Leaving::kNot : Leaving::kReturning;
    }
    if (word("if"))
      around = if_statement(around);
    else
      other_statement(around);
    return Leaving::kNot;
  }

  /// RAISE without a level, with EXCEPTION, or alone ends the block; NOTICE and the like do not.
  Leaving raise(const Surroundings& around) {
    const bool goes_on = word("notice", 1) || word("info", 1) || word("log", 1) ||
                         word("debug", 1) || word("warning", 1);
    ++at_;
    if (goes_on || word("exception"))
      ++at_;
    // RAISE level 'format', expression, … USING …
    if (!at_end() && tokens_[at_].kind == TokenKind::kString && symbol(",", 1)) {
      at_ += 2;
      calls_in_expression(around, "using");
    }
    skip_statement();
    return goes_on ? Leaving::kNot : Leaving::kRaising;
  }

  /// An expression up to a word or the end of the statement, which matters for what it calls only.
  void calls_in_expression(const Surroundings& around, std::string_view stop) {
    const std::size_t first = at_;
    const std::size_t begin = offset();
    skip_to(stop);
    for (std::size_t i = first; i + 1 < at_; ++i) {
      if (tokens_[i].kind == TokenKind::kWord && is_symbol(text_, tokens_[i + 1], "("))
        return add_piece(PieceKind::kExpression, begin, previous_end(), around);
    }
  }

  void other_statement(const Surroundings& around) {
    if (word("declare") || word("begin"))
      return block(around);
    if (word("case"))
      return case_statement(around);
    if (word("loop") || word("while") || word("for") || word("foreach"))
      return loop(around);
    if (word("execute")) {
      ++at_;
      dynamic(around);
      return skip_statement();
    }
    if (word("perform"))
      return expression_statement(around);
    if ((word("commit") || word("rollback")) && !symbol(":=", 1) && !symbol("=", 1))
      return transaction_control(around);
    if (word("assert")) {
      ++at_;
      calls_in_expression(around, ";");
      return skip_statement();
    }
    if (word("open"))
      return open_cursor(around);
    if (word("get") || word("null") || word("fetch") || word("move") || word("close"))
      return skip_statement();
    if (assignment(around))
      return;
    sql_statement(around);
  }

  /// OPEN cursor [[NO] SCROLL] FOR query, or FOR EXECUTE string
  void open_cursor(const Surroundings& around) {
    skip_to("for");
    if (word("for")) {
      ++at_;
      query(around);
    }
    skip_statement();
  }

  /// A query, or EXECUTE of a string that is one; up to its semicolon.
  void query(const Surroundings& around) {
    if (word("execute")) {
      ++at_;
      return dynamic(around);
    }
    const std::size_t begin = offset();
    skip_to(";");
    add_piece(PieceKind::kStatement, begin, previous_end(), around);
  }

  void transaction_control(const Surroundings& around) {
    const std::size_t begin = offset();
    skip_to(";");
    body_.transaction_control.push_back(
        {origin_.to_outer(begin), previous_end() - begin, around.guard, around.is_conditional});
    if (!at_end())
      ++at_;
  }

  /// What surrounds the statements behind it.
  Surroundings if_statement(const Surroundings& around) {
    Guard not_before;
    Surroundings behind = around;
    do {
      ++at_;  // IF, ELSIF
      const std::size_t begin = offset();
      skip_to("then");
      const Guard condition =
          guard_of_condition(text_.substr(begin, previous_end() - begin), variable_guards_);
      add_piece(PieceKind::kExpression, begin, previous_end(),
                {united(around.guard, not_before), around.is_conditional});
      if (!at_end())
        ++at_;
      if (statements({united(united(around.guard, not_before), condition), true}) ==
          Leaving::kReturning) {
        behind.guard = united(behind.guard, inverted(condition));
        behind.is_conditional = true;
      }
      not_before = united(not_before, inverted(condition));
    } while (word("elsif") || word("elseif"));
    if (word("else")) {
      ++at_;
      const Leaving leaving = statements({united(around.guard, not_before), true});
      if (leaving == Leaving::kReturning)
        behind.is_conditional = true;
    }
    if (word("end"))
      skip_end();
    return behind;
  }

  void case_statement(const Surroundings& around) {
    ++at_;
    if (!word("when"))
      skip_to("when");
    while (word("when")) {
      ++at_;
      skip_to("then");
      if (!at_end())
        ++at_;
      statements({around.guard, true});
    }
    if (word("else")) {
      ++at_;
      statements({around.guard, true});
    }
    if (word("end"))
      skip_end();
  }

  void loop(const Surroundings& around) {
    std::string variable;
    std::size_t first = at_;
    if (word("for") || word("foreach")) {
      const bool is_foreach = word("foreach");
      if (at_ + 1 < tokens_.size())
        variable = name_of(text_, tokens_[at_ + 1]);
      while (!at_end() && !word("in") && !symbol(";")) ++at_;
      if (!at_end())
        ++at_;
      first = at_;
      if (is_foreach && word("array"))
        ++at_;
      if (is_foreach)
        calls_in_expression(around, "loop");
      else
        loop_source(around);
    } else if (word("while")) {
      ++at_;
      const std::size_t begin = offset();
      skip_to("loop");
      add_piece(PieceKind::kExpression, begin, previous_end(), around);
    }
    skip_to("loop");
    if (!word("loop"))
      return;
    const bool runs = constants_.enter_loop(variable, first, at_);
    ++at_;
    statements({around.guard, around.is_conditional || !runs});
    constants_.leave_loop();
    if (word("end"))
      skip_end();
  }

  /// What stands between IN and LOOP: a range of numbers, a query, EXECUTE, a cursor.
  void loop_source(const Surroundings& around) {
    if (word("execute")) {
      ++at_;
      return dynamic(around);
    }
    const bool is_query = word("select") || word("with") || word("insert") || word("update") ||
                          word("delete") || word("values") || word("table") || symbol("(");
    const std::size_t begin = offset();
    const std::size_t first = at_;
    skip_to("loop");
    for (std::size_t i = first; i < at_; ++i) {
      if (is_symbol(text_, tokens_[i], ".."))
        return range(first, i, around);
    }
    if (is_query)
      add_piece(PieceKind::kStatement, begin, previous_end(), around);
  }

  /// [REVERSE] expression .. expression [BY expression]; at_ is behind it.
  void range(std::size_t first, std::size_t dots, const Surroundings& around) {
    const std::size_t behind = at_;
    at_ = first;
    if (word("reverse"))
      ++at_;
    const std::size_t low = at_;
    const auto add = [&](std::size_t from, std::size_t to) {
      const bool has_call =
          std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(from),
                      tokens_.begin() + static_cast<std::ptrdiff_t>(std::max(from, to)),
                      [&](const Token& token) { return is_symbol(text_, token, "("); });
      if (has_call)
        add_piece(PieceKind::kExpression, tokens_[from].offset, tokens_[to - 1].end(), around);
    };
    if (low < dots)
      add(low, dots);
    std::size_t end = dots + 1;
    while (end < behind && !is_word(text_, tokens_[end], "by")) ++end;
    if (dots + 1 < end)
      add(dots + 1, end);
    at_ = behind;
  }

  /// PERFORM x: SELECT x.
  void expression_statement(const Surroundings& around) {
    ++at_;
    const std::size_t begin = offset();
    skip_to(";");
    add_piece(PieceKind::kExpression, begin, previous_end(), around);
    if (asks_found_)
      variable_guards_["found"] = guard_of_rows(
          "SELECT " + std::string(text_.substr(begin, std::max(begin, previous_end()) - begin)));
    if (!at_end())
      ++at_;
  }

  void return_statement(const Surroundings& around) {
    ++at_;
    if (word("query")) {
      ++at_;
      query(around);
    } else if (!word("next") && !symbol(";")) {
      const std::size_t begin = offset();
      skip_to(";");
      add_piece(PieceKind::kExpression, begin, previous_end(), around);
    }
    skip_statement();
  }

  /// name[.name | [index]]… := expression. False when it is something else.
  bool assignment(const Surroundings& around) {
    std::size_t i = at_;
    if (tokens_[i].kind != TokenKind::kWord && tokens_[i].kind != TokenKind::kQuotedName)
      return false;
    const std::string variable = name_of(text_, tokens_[i]);
    const std::size_t behind_name = ++i;
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (is_symbol(text_, token, "["))
        ++depth;
      else if (is_symbol(text_, token, "]"))
        --depth;
      else if (depth == 0 && (is_symbol(text_, token, ":=") || is_symbol(text_, token, "=")))
        break;
      else if (depth == 0 && !is_symbol(text_, token, ".") &&
               !is_symbol(text_, tokens_[i - 1], "."))
        return false;
    }
    if (i >= tokens_.size())
      return false;
    at_ = i + 1;
    assigned(i == behind_name ? variable : std::string(), around);
    return true;
  }

  /// The expression of an assignment or a declaration, up to behind its semicolon. `variable` is
  /// empty where only a part of one is assigned to.
  void assigned(const std::string& variable, const Surroundings& around) {
    const std::size_t first = at_;
    const std::size_t begin = offset();
    skip_to(";");
    if (mentions_presence(first))
      variable_guards_[variable] =
          guard_of_condition(text_.substr(begin, previous_end() - begin), variable_guards_);
    else
      variable_guards_.erase(variable);
    if (!variable.empty())
      constants_.define(variable, first, at_);
    add_piece(PieceKind::kExpression, begin, previous_end(), around);
    if (!at_end())
      ++at_;
  }

  /// May the expression since token `first` say that something is there? Saves parsing the others.
  bool mentions_presence(std::size_t first) const {
    return std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(first),
                       tokens_.begin() + static_cast<std::ptrdiff_t>(at_), [&](const Token& token) {
                         return is_word(text_, token, "exists") || is_word(text_, token, "count") ||
                                is_word(text_, token, "select") || is_word(text_, token, "found");
                       });
  }

  void sql_statement(const Surroundings& around) {
    const std::size_t first = at_;
    Piece piece{PieceKind::kStatement, offset(), 0, around.guard, around.is_conditional, {}, {}};
    const bool is_import = word("import");
    int depth = 0;
    for (; !at_end() && !(depth == 0 && symbol(";")); ++at_) {
      if (symbol("("))
        ++depth;
      else if (symbol(")"))
        --depth;
      else if (word("into") && !is_import && at_ > 0 &&
               !is_word(text_, tokens_[at_ - 1], "insert") &&
               !is_word(text_, tokens_[at_ - 1], "merge") && piece.blanks.empty())
        into_target(piece);
    }
    at_ = std::min(at_, tokens_.size());  // an INTO that the body ends with is stepped over
    piece.end = previous_end();
    if (!piece.into.empty()) {
      variable_guards_.erase(piece.into);
      if (mentions_presence(first))
        variable_guards_[piece.into] = guard_of_query(sql_of(piece));
    }
    if (asks_found_ && piece.begin < piece.end) {
      const bool sets =
          is_word(text_, tokens_[first], "select") || is_word(text_, tokens_[first], "with") ||
          is_word(text_, tokens_[first], "insert") || is_word(text_, tokens_[first], "update") ||
          is_word(text_, tokens_[first], "delete");
      if (sets)
        variable_guards_["found"] = guard_of_rows(sql_of(piece));
    }
    if (piece.begin < piece.end)
      pieces_.push_back(std::move(piece));
    if (!at_end())
      ++at_;
  }

  /// INTO [STRICT] a, b.c, d[1]; leaves at_ on its last token.
  void into_target(Piece& piece) {
    const std::size_t begin = offset();
    ++at_;
    if (word("strict"))
      ++at_;
    if (at_end())
      return;
    piece.into = name_of(text_, tokens_[at_]);
    for (;;) {
      ++at_;  // a name
      while (symbol(".") || symbol("[")) {
        if (symbol("["))
          while (!at_end() && !symbol("]")) ++at_;
        else
          ++at_;
        if (!at_end())
          ++at_;
      }
      if (!symbol(","))
        break;
      ++at_;
    }
    --at_;
    piece.blanks.emplace_back(begin, tokens_[std::min(at_, tokens_.size() - 1)].end());
  }

  std::string sql_of(const Piece& piece) const {
    std::string sql(text_.substr(piece.begin, piece.end - piece.begin));
    for (const auto& [begin, end] : piece.blanks)
      std::fill(sql.begin() + static_cast<std::ptrdiff_t>(begin - piece.begin),
                sql.begin() + static_cast<std::ptrdiff_t>(std::min(end, piece.end) - piece.begin),
                ' ');
    return sql;
  }

  /// What follows EXECUTE: a constant string, or a computed one.
  void dynamic(const Surroundings& around) {
    const std::size_t first = at_;
    const std::size_t begin = offset();
    std::size_t end = at_;
    for (int depth = 0; end < tokens_.size(); ++end) {
      const Token& token = tokens_[end];
      if (is_symbol(text_, token, ";"))
        break;
      if (is_symbol(text_, token, "(") || is_symbol(text_, token, "["))
        ++depth;
      else if (is_symbol(text_, token, ")") || is_symbol(text_, token, "]"))
        --depth;
      else if (depth <= 0 && (is_word(text_, token, "into") || is_word(text_, token, "using") ||
                              is_word(text_, token, "loop")))
        break;
    }
    if (end == first)
      return;
    const BodyPlace place{origin_.to_outer(begin), tokens_[end - 1].end() - begin, around.guard,
                          around.is_conditional};
    ConstantTexts found = constants_.read(first, end);
    for (Literal& literal : found.texts) {
      literal.origin.embed_in(origin_);
      literals_.push_back({std::move(literal), around,
                           found.is_built ? std::optional<BodyPlace>(place) : std::nullopt});
    }
    if (!found.texts.empty())
      return;
    body_.dynamic.push_back(place);
    if (calls_what_may_do_something(first, end))
      add_piece(PieceKind::kExpression, begin, tokens_[end - 1].end(), around);
  }

  /// A function that is no mere part of putting the text together?
  bool calls_what_may_do_something(std::size_t first, std::size_t end) const {
    constexpr auto kHarmless = std::to_array<std::string_view>(
        {"coalesce", "concat", "concat_ws", "format", "lower", "now", "quote_ident",
         "quote_literal", "quote_nullable", "replace", "to_char", "upper"});
    for (std::size_t i = first; i + 1 < end; ++i) {
      if (tokens_[i].kind == TokenKind::kWord && is_symbol(text_, tokens_[i + 1], "(") &&
          std::none_of(kHarmless.begin(), kHarmless.end(),
                       [&](std::string_view name) { return is_word(text_, tokens_[i], name); }))
        return true;
    }
    return false;
  }

  std::string_view text_;
  const TextOrigin& origin_;
  Body& body_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<Piece> pieces_;
  std::vector<LiteralPiece> literals_;
  VariableGuards variable_guards_;
  bool asks_found_ = false;
  ConstantText constants_{text_, tokens_};
};

}  // namespace

SplitBody split_plpgsql(std::string_view text, const TextOrigin& origin, Body& body) {
  return Splitter(text, origin, body).run();
}

}  // namespace godwit::codegen::sql
