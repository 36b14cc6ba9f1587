-- a_comment_with_a_word_that_is_longer_than_sixty_three_bytes_as_comments_may_well_be
SELECT 'a_text_with_a_word_that_is_longer_than_sixty_three_bytes_as_texts_may_well_be', "x" || 'a text between names in double quotes that is rather long' || "y";
DO $$ BEGIN PERFORM 1; -- a_comment_with_a_word_that_is_longer_than_sixty_three_bytes_as_well
END $$;
