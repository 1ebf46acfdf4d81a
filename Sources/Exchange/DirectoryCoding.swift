// What came after the first hubs and agents is left out where it says nothing, and may be missing: they know each other still.

extension Directory {
  private enum CodingKeys: String, CodingKey { case version, province, units, groups, authorities }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      version: try container.decode(Int64.self, forKey: .version),
      province: try container.decode(UnitID.self, forKey: .province),
      units: try container.decode([Unit].self, forKey: .units),
      groups: try container.decode([Group].self, forKey: .groups),
      authorities: try container.decodeIfPresent(Authorities.self, forKey: .authorities) ?? Authorities())
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(province, forKey: .province)
    try container.encode(units, forKey: .units)
    try container.encode(groups, forKey: .groups)
    if !authorities.isEmpty { try container.encode(authorities, forKey: .authorities) }
  }
}

extension Directory.Unit {
  private enum CodingKeys: String, CodingKey { case id, name, aliases, isActive, signers }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(UnitID.self, forKey: .id), name: try container.decode(String.self, forKey: .name),
      aliases: try container.decode([String].self, forKey: .aliases),
      isActive: try container.decode(Bool.self, forKey: .isActive),
      signers: try container.decodeIfPresent([Directory.Signer].self, forKey: .signers) ?? [])
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(name, forKey: .name)
    try container.encode(aliases, forKey: .aliases)
    try container.encode(isActive, forKey: .isActive)
    if !signers.isEmpty { try container.encode(signers, forKey: .signers) }
  }
}
