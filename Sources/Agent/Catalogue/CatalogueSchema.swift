import GRDB

/// The catalogue's tables. The texts lie in the index of their words alone.
enum CatalogueSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 letters, corrections, words") { database in
      try database.execute(
        sql: """
          CREATE TABLE letter (
            id INTEGER PRIMARY KEY,
            document TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
            at INTEGER NOT NULL,
            number INTEGER,
            name TEXT NOT NULL, path TEXT NOT NULL, party TEXT NOT NULL,
            reading TEXT NOT NULL,
            read TEXT NOT NULL, facts TEXT NOT NULL,
            date TEXT,
            -- Without case and marks, as it is compared.
            type TEXT,
            UNIQUE (document, unit, direction)
          ) STRICT;
          CREATE INDEX letter_at ON letter(unit, direction, at);
          CREATE INDEX letter_waiting ON letter(id) WHERE reading = 'waiting';

          CREATE TABLE correction (
            event INTEGER NOT NULL PRIMARY KEY,
            document TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
            fields TEXT NOT NULL
          ) STRICT;
          CREATE INDEX correction_letter ON correction(document, unit, direction, event);

          CREATE TABLE progress (event INTEGER NOT NULL) STRICT;
          INSERT INTO progress VALUES (0);

          CREATE VIRTUAL TABLE words USING fts5(
            title, people, name, body, tokenize = 'vietnamese');
          """)
    }
    return migrator
  }
}
