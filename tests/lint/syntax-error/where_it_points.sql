SELECT 'ä', '🦩' FORM users;
