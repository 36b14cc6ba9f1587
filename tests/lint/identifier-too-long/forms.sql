CREATE TABLE a_table_with_a_name_that_is_exactly_sixty_three_bytes_long_xxxxx (id bigint PRIMARY KEY);
CREATE TABLE a_table_with_a_name_that_is_exactly_sixty_four_bytes_long_xxxxxxx (id bigint PRIMARY KEY);
CREATE TABLE b (id bigint PRIMARY KEY, "a name in quotes, with blanks, which is longer than there is room for" text);
CREATE TABLE c (id bigint PRIMARY KEY, "zwanzig_Vögel_über_zwölf_Dörfern_und_fünf_Flüssen_im_Frühjahr_ü" text);
