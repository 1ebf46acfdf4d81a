/// Who is who in the province: the units and groups to which one can send. The hub keeps it; agents hold a copy.
public struct Directory: Codable, Equatable, Sendable {
  public struct Unit: Codable, Equatable, Sendable {
    public var id: UnitID
    public var name: String
    /// Other names under which people write to it, such as `LĐLĐ tỉnh`.
    public var aliases: [String]
    /// Whether it can be sent to; a closed unit stays listed, because old letters name it.
    public var isActive: Bool
    /// Certificates of other authorities with which it signs its documents, as the province registered them.
    public var signers: [Signer]

    public init(id: UnitID, name: String, aliases: [String] = [], isActive: Bool = true, signers: [Signer] = []) {
      self.id = id
      self.name = name
      self.aliases = aliases
      self.isActive = isActive
      self.signers = signers
    }
  }

  /// A signing certificate that an authority other than the hub's issued.
  public struct Signer: Codable, Equatable, Sendable {
    /// SHA-256 of the certificate's DER.
    public var certificate: SHA256Digest
    /// When the province took the registration back: what the hub accepted before stays the unit's.
    public var until: Instant?

    public init(certificate: SHA256Digest, until: Instant? = nil) {
      self.certificate = certificate
      self.until = until
    }
  }

  /// Authorities beside the hub's own whose certificates count for signatures on documents, and for time-stamps in them; for
  /// nothing else.
  public struct Authorities: Codable, Equatable, Sendable {
    /// Self-signed roots, DER in base64.
    public var roots: [String]
    /// Certificates between them and the signers, for documents that don't bring them; no chain ends there.
    public var intermediates: [String]

    public init(roots: [String] = [], intermediates: [String] = []) {
      self.roots = roots
      self.intermediates = intermediates
    }

    public var isEmpty: Bool { roots.isEmpty && intermediates.isEmpty }
  }

  public struct Group: Codable, Equatable, Sendable {
    public var id: GroupID
    public var name: String
    public var aliases: [String]
    public var members: [UnitID]

    public init(id: GroupID, name: String, aliases: [String] = [], members: [UnitID]) {
      self.id = id
      self.name = name
      self.aliases = aliases
      self.members = members
    }
  }

  /// Grows with every change. An agent that holds this version needs nothing new.
  public var version: Int64
  /// The unit to which an outbox's bare folder goes: the province's office.
  public var province: UnitID
  public var units: [Unit]
  public var groups: [Group]
  public var authorities: Authorities

  public init(
    version: Int64, province: UnitID, units: [Unit], groups: [Group], authorities: Authorities = Authorities()
  ) {
    self.version = version
    self.province = province
    self.units = units
    self.groups = groups
    self.authorities = authorities
  }
}

/// What a hub says of itself to anyone who asks (`GET /.well-known/congvan` on the public listener).
public struct HubDescription: Codable, Equatable, Sendable {
  public var name: String
  /// Base URL of the API, which asks for a client certificate.
  public var api: String
  /// URL of the time-stamp authority (RFC 3161).
  public var timeStampAuthority: String
  public var province: UnitID
  /// Versions of the exchange that it speaks.
  public var versions: [Int]

  public init(name: String, api: String, timeStampAuthority: String, province: UnitID, versions: [Int] = [1]) {
    self.name = name
    self.api = api
    self.timeStampAuthority = timeStampAuthority
    self.province = province
    self.versions = versions
  }
}
