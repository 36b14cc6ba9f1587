DROP VIEW recent, crm."Old";
