import Exchange
import Foundation

/// Reading the hub's answers. Nothing is believed because its status is 200: a captive portal answers 200 too.
extension CurlResponse {
  /// - Throws: `HubFault` unless the status is one of these.
  func expect(_ wanted: Int...) throws(HubFault) {
    if !wanted.contains(status) { throw fault }
  }

  /// - Throws: `HubFault` unless the body is of this media type.
  func expect(type: String) throws(HubFault) {
    guard contentType == type else {
      throw HubFault(
        kind: .protocolViolation,
        detail: "an answer of type \(contentType.prefix(60)) instead of \(type): is a proxy in between?")
    }
  }

  func decode<Value: Decodable>(_ kind: Value.Type) throws(HubFault) -> Value {
    try expect(type: MediaType.json)
    do { return try CanonicalJSON.decode(kind, from: body) } catch {
      throw HubFault(kind: .protocolViolation, detail: "an answer that isn't a \(kind): \(error)")
    }
  }

  /// The fault where the hub itself did not speak: a proxy or a front door answered for it. nil for the hub's own answer.
  func faultOfAnother(to request: CurlRequest) -> HubFault? {
    // What answers HEAD has no body to be known by.
    guard status >= 400, request.method != "HEAD", contentType != Problem.mediaType else { return nil }
    return fault
  }

  /// What an answer that isn't the one wished for means.
  var fault: HubFault {
    let wait = headers["retry-after"].flatMap { RetryAfter.parse($0, now: Date()) }
    if contentType == Problem.mediaType, let problem = try? CanonicalJSON.decode(Problem.self, from: body) {
      return HubFault(problem, retryAfter: wait)
    }
    if status == 429 || status == 408 || status >= 500 {
      return HubFault(kind: .busy(retryAfter: wait), detail: "status \(status)")
    }
    return HubFault(kind: .protocolViolation, detail: "status \(status) without a problem of the exchange")
  }
}

extension HubFault {
  /// What a problem of the exchange means.
  init(_ problem: Problem, retryAfter: Duration?) {
    switch problem.type {
    case .keyUnknown, .keyRevoked: self.init(kind: .unauthorised, detail: "\(problem)")
    case .slowDown, .busy, .tooManyUploads, .internalError:
      self.init(kind: .busy(retryAfter: retryAfter), detail: "\(problem)")
    case .quota: self.init(kind: .full(retryAfter: retryAfter), detail: "\(problem)")
    default: self.init(kind: .refused(problem), detail: "\(problem)")
    }
  }
}

/// The Retry-After header (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
  static func parse(_ text: String, now: Date) -> Duration? {
    if let seconds = Int64(text) { return .seconds(min(max(seconds, 0), 86400)) }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    guard let date = formatter.date(from: text) else { return nil }
    return .seconds(min(max(Int64(date.timeIntervalSince(now)), 0), 86400))
  }
}
