-- +goose Up
CREATE TABLE a (id int PRIMARY KEY);
