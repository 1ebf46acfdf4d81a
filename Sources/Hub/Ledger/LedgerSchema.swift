import GRDB

/// The ledger's tables. A migration is never edited after a release: a change is a new one.
enum LedgerSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 directory, identities, documents, postings, evidence") { database in
      try database.execute(
        sql: """
          CREATE TABLE directory_version (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
          INSERT INTO directory_version VALUES (1, 1);
          CREATE TABLE unit (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, aliases TEXT NOT NULL,
            isActive INTEGER NOT NULL, createdAt INTEGER NOT NULL) STRICT;
          CREATE TABLE unit_group (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, aliases TEXT NOT NULL) STRICT;
          CREATE TABLE group_member (unit_group TEXT NOT NULL REFERENCES unit_group(id), unit TEXT NOT NULL REFERENCES unit(id),
            fromSequence INTEGER NOT NULL, untilSequence INTEGER,
            PRIMARY KEY (unit_group, unit, fromSequence)) STRICT, WITHOUT ROWID;
          CREATE INDEX group_member_unit ON group_member(unit);

          CREATE TABLE machine (id TEXT NOT NULL PRIMARY KEY, createdAt INTEGER NOT NULL) STRICT;
          CREATE TABLE machine_key (key BLOB NOT NULL PRIMARY KEY, machine TEXT NOT NULL REFERENCES machine(id),
            serial BLOB NOT NULL, notAfter INTEGER NOT NULL, revokedAt INTEGER) STRICT, WITHOUT ROWID;
          CREATE TABLE machine_unit (machine TEXT NOT NULL REFERENCES machine(id), unit TEXT NOT NULL REFERENCES unit(id),
            PRIMARY KEY (machine, unit)) STRICT, WITHOUT ROWID;
          CREATE TABLE unit_certificate (fingerprint BLOB NOT NULL PRIMARY KEY, unit TEXT NOT NULL REFERENCES unit(id),
            key BLOB NOT NULL, serial BLOB NOT NULL, der BLOB NOT NULL, notAfter INTEGER NOT NULL,
            revokedAt INTEGER) STRICT, WITHOUT ROWID;
          CREATE INDEX unit_certificate_revoked ON unit_certificate(key) WHERE revokedAt IS NOT NULL;
          CREATE TABLE enrolment_code (id INTEGER PRIMARY KEY AUTOINCREMENT, unit TEXT NOT NULL REFERENCES unit(id),
            secretHash BLOB NOT NULL, expiresAt INTEGER NOT NULL, attemptsLeft INTEGER NOT NULL) STRICT;
          CREATE INDEX enrolment_code_unit ON enrolment_code(unit);
          CREATE TABLE enrolment_use (code INTEGER NOT NULL REFERENCES enrolment_code(id), slot TEXT NOT NULL,
            key BLOB NOT NULL, certificate BLOB NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (code, slot)) STRICT, WITHOUT ROWID;

          CREATE TABLE document (id TEXT NOT NULL PRIMARY KEY, sender TEXT NOT NULL REFERENCES unit(id),
            digest TEXT NOT NULL, size INTEGER NOT NULL, record TEXT NOT NULL, submission BLOB NOT NULL,
            receipt BLOB NOT NULL, receiptNumber TEXT NOT NULL UNIQUE, acceptedAt INTEGER NOT NULL) STRICT;
          CREATE INDEX document_sender ON document(sender, acceptedAt);
          CREATE TABLE receipt_count (year INTEGER NOT NULL PRIMARY KEY, last INTEGER NOT NULL) STRICT;
          CREATE TABLE posting (sequence INTEGER PRIMARY KEY AUTOINCREMENT, addressee TEXT NOT NULL,
            document TEXT NOT NULL REFERENCES document(id), delivery TEXT) STRICT;
          CREATE INDEX posting_addressee ON posting(addressee, sequence);
          CREATE INDEX posting_document ON posting(document);
          CREATE TABLE evidence (document TEXT NOT NULL REFERENCES document(id), recipient TEXT NOT NULL, event TEXT NOT NULL,
            at INTEGER NOT NULL, reason TEXT, batch TEXT NOT NULL, PRIMARY KEY (document, recipient, event)) STRICT, WITHOUT ROWID;
          CREATE TABLE acknowledgement_batch (id TEXT NOT NULL PRIMARY KEY, unit TEXT NOT NULL, digest TEXT NOT NULL,
            answer TEXT NOT NULL) STRICT;
          """)
    }
    migrator.registerMigration("2 signing certificates of other authorities") { database in
      try database.execute(
        sql: """
          CREATE TABLE unit_signer (fingerprint BLOB NOT NULL, unit TEXT NOT NULL REFERENCES unit(id), der BLOB NOT NULL,
            addedAt INTEGER NOT NULL, removedAt INTEGER, PRIMARY KEY (fingerprint, unit)) STRICT, WITHOUT ROWID;
          CREATE UNIQUE INDEX unit_signer_current ON unit_signer(fingerprint) WHERE removedAt IS NULL;
          CREATE TABLE signing_authority (fingerprint BLOB NOT NULL PRIMARY KEY, der BLOB NOT NULL,
            isRoot INTEGER NOT NULL) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("3 what a unit sent, by identifier") { database in
      try database.execute(sql: "CREATE INDEX document_sender_id ON document(sender, id)")
    }
    migrator.registerMigration("4 the ledger's epoch") { database in
      try database.execute(
        sql: """
          CREATE TABLE ledger_epoch (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL) STRICT;
          INSERT INTO ledger_epoch VALUES (1, lower(hex(randomblob(16))));
          """)
    }
    return migrator
  }
}
