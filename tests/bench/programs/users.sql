CREATE TABLE users (
    id uuid PRIMARY KEY,
    email varchar(254) NOT NULL UNIQUE,
    full_name varchar(100),
    password_hash varchar(255) NOT NULL,
    is_active boolean NOT NULL,
    is_admin boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ON users (created_at);
INSERT INTO users
SELECT gen_random_uuid(), 'user' || number || '@example.com', 'User ' || number, 'none', true, false,
    now() - number * interval '1 minute'
FROM generate_series(1, 9999) AS number;
