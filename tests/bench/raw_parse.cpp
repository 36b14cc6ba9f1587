// SPDX-License-Identifier: Apache-2.0
//
// bench_raw_parse FILE…: libpg_query's parser and nothing else, on one thread: the floor for lint.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <pg_query.h>

int main(int argc, char** argv) {
  std::size_t bytes = 0;
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::string sql{std::istreambuf_iterator<char>(in), {}};
    const PgQueryProtobufParseResult result = pg_query_parse_protobuf(sql.c_str());
    bytes += result.parse_tree.len;
    pg_query_free_protobuf_parse_result(result);
  }
  std::printf("%zu bytes of tree\n", bytes);
}
