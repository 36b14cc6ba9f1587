UPDATE users SET plan = 'free';
UPDATE crm.users SET plan = 'free' WHERE true;
