import GRDB

/// The journal's tables. A migration is never edited after a release: a change is a new one.
enum JournalSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 documents, events, cursors") { database in
      try database.execute(
        sql: """
          CREATE TABLE outgoing (
            document TEXT NOT NULL PRIMARY KEY,
            unit TEXT NOT NULL,
            addressee TEXT,
            state TEXT NOT NULL,
            urgency INTEGER NOT NULL,
            folder BLOB NOT NULL,
            name BLOB NOT NULL,
            device INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL,
            modified INTEGER NOT NULL, changed INTEGER NOT NULL,
            digest TEXT, signedDigest TEXT, signedSize INTEGER,
            upload TEXT,
            attempts INTEGER NOT NULL, notBefore INTEGER NOT NULL,
            refusal TEXT,
            receipt BLOB, receiptNumber TEXT,
            target TEXT,
            takenAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX outgoing_open ON outgoing(state) WHERE state NOT IN ('sent', 'rejected');
          CREATE INDEX outgoing_digest ON outgoing(digest, addressee);

          CREATE TABLE incoming (
            document TEXT NOT NULL, unit TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            state TEXT NOT NULL,
            posted TEXT NOT NULL,
            number INTEGER, year INTEGER, target TEXT,
            attempts INTEGER NOT NULL, notBefore INTEGER NOT NULL,
            detail TEXT,
            announcedAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL,
            PRIMARY KEY (document, unit)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX incoming_open ON incoming(state) WHERE state IN ('announced', 'verified', 'numbered');
          CREATE UNIQUE INDEX incoming_number ON incoming(unit, year, number) WHERE number IS NOT NULL;

          CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
            name TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT
          ) STRICT;
          CREATE INDEX event_document ON event(document, id);
          CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
          CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

          CREATE TABLE cursor (unit TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
          CREATE TABLE incoming_count (unit TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL,
            PRIMARY KEY (unit, year)) STRICT;

          CREATE TABLE acknowledgement (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            unit TEXT NOT NULL, document TEXT NOT NULL, body TEXT NOT NULL, batch TEXT, done INTEGER NOT NULL DEFAULT 0
          ) STRICT;
          CREATE INDEX acknowledgement_open ON acknowledgement(unit, id) WHERE done = 0;

          CREATE TABLE delivery (
            document TEXT NOT NULL, recipient TEXT NOT NULL, recipientName TEXT NOT NULL,
            event TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT,
            PRIMARY KEY (document, recipient, event)
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE directory (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
          """)
    }
    migrator.registerMigration("2 originals that could not be taken out of the outbox") { database in
      try database.execute(
        sql: """
          ALTER TABLE outgoing ADD COLUMN leftBehind TEXT;
          CREATE INDEX outgoing_left ON outgoing(unit) WHERE leftBehind IS NOT NULL;
          """)
    }
    migrator.registerMigration("3 which ledger of the hub a cursor belongs to") { database in
      try database.execute(sql: "ALTER TABLE cursor ADD COLUMN epoch TEXT")
    }
    migrator.registerMigration("4 replies, paper originals") { database in
      try database.execute(
        sql: """
          ALTER TABLE outgoing ADD COLUMN replyTo TEXT;
          ALTER TABLE outgoing ADD COLUMN paperFollows INTEGER NOT NULL DEFAULT 0;
          """)
    }
    migrator.registerMigration("5 what clerks did with letters") { database in
      try database.execute(
        sql: """
          ALTER TABLE incoming ADD COLUMN handling TEXT;
          CREATE INDEX incoming_target ON incoming(unit, target);
          CREATE INDEX incoming_size ON incoming(unit, json_extract(posted, '$.size'));
          CREATE INDEX incoming_reply ON incoming(unit, json_extract(posted, '$.replyTo'))
            WHERE json_extract(posted, '$.replyTo') IS NOT NULL;
          CREATE INDEX outgoing_taken ON outgoing(unit, takenAt);
          CREATE INDEX incoming_digest ON incoming(unit, json_extract(posted, '$.digest'));
          """)
    }
    return migrator
  }
}
