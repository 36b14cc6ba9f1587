SELECT set_config('app.user', 'migration', false);
