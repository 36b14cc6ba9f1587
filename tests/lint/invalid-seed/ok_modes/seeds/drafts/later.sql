nothing that parses
