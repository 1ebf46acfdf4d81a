import Foundation
import NIOConcurrencyHelpers
import Testing

/// What a server or something in its place may answer instead of the hub.
struct StrangeAnswer: Sendable, CustomStringConvertible {
  let description: String
  let reply: Middle.Reply

  static let problem = [("content-type", "application/problem+json")]
  static let page = "<!doctype html><title>Mạng khách sạn</title><a href='/login'>Đăng nhập</a>"

  static let all: [StrangeAnswer] = [
    .init(description: "500 with a page", reply: .answer(.html(500, page))),
    .init(
      description: "500 of the hub",
      reply: .answer(
        .init(status: 500, headers: problem, body: Data(#"{"type":"/problems/internal","status":500}"#.utf8)))),
    .init(description: "502 of a gateway without a body", reply: .answer(.init(status: 502))),
    .init(description: "503 for a second", reply: .answer(.html(503, page, [("retry-after", "1")]))),
    .init(description: "a captive portal's page with status 200", reply: .answer(.html(200, page))),
    .init(
      description: "a captive portal's redirection",
      reply: .answer(.html(302, page, [("location", "http://127.0.0.1:9/login")]))),
    .init(description: "403 of a filter", reply: .answer(.html(403, page))),
    .init(description: "404 of a wrong server", reply: .answer(.html(404, page))),
    .init(description: "413 of a gateway", reply: .answer(.html(413, page))),
    .init(description: "another protocol", reply: .raw(Data("SSH-2.0-OpenSSH_9.2\r\n".utf8))),
    .init(description: "nothing, and the end", reply: .raw(Data())),
    .init(description: "an answer that is lost after the hub did it", reply: .after { _ in Data() }),
    .init(description: "an answer cut in its head", reply: .after { $0.bytes.prefix(20) }),
    .init(description: "an answer cut in its body", reply: .after { $0.bytes.dropLast(max(1, $0.body.count / 2)) }),
    .init(description: "an answer twice", reply: .after { $0.bytes + $0.bytes }),
    .init(
      description: "an answer with a part of it again",
      reply: .after {
        var answer = $0
        answer.body += answer.body.suffix(64)
        return answer.bytes
      }),
    .init(
      description: "an answer of another media type",
      reply: .after {
        var answer = $0
        answer.headers =
          answer.headers.filter { $0.0.lowercased() != "content-type" } + [("content-type", "text/plain")]
        return answer.bytes
      }),
    .init(
      description: "an answer without end",
      reply: .endless(Data("HTTP/1.1 200 OK\r\n\r\n".utf8), Data(repeating: 0x20, count: 1 << 16))),
    .init(
      description: "a head without end",
      reply: .endless(
        Data("HTTP/1.1 200 OK\r\n".utf8), Data(("x: " + String(repeating: "y", count: 1000) + "\r\n").utf8))),
  ]
}

/// The steps of a letter's way over the line, by their requests.
enum WayStep: String, CaseIterable {
  case stamp, upload, submission, mailbox, content, acknowledgement

  init?(_ request: Middle.Request) {
    let path = request.path
    switch request.method {
    case "POST" where path == "/tsa": self = .stamp
    case "POST" where path == "/v1/uploads": self = .upload
    case "PUT" where path.hasSuffix("/submission"): self = .submission
    case "GET" where path.contains("/mailbox"): self = .mailbox
    case "GET" where path.hasSuffix("/content"): self = .content
    case "POST" where path == "/v1/acknowledgements": self = .acknowledgement
    default: return nil
    }
  }
}

@Suite struct AnswerTests {
  /// Half of them each, so that two provinces can do it at the same time.
  @Test(
    "an answer that isn't the hub's, or not all of it, costs delay alone, at each step of a letter's way",
    .timeLimit(.minutes(3)), arguments: [0, 1, 2])
  func strange(_ part: Int) async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    for (index, answer) in StrangeAnswer.all.enumerated() where index % 3 == part {
      let left = NIOLockedValueBox(Set(WayStep.allCases))
      _ = line.takeSeen()
      line.setRule { request in
        guard let step = WayStep(request), left.withLockedValue({ $0.remove(step) }) != nil else { return .pass }
        return answer.reply
      }
      try line.drop(Letters.small(answer.description, padding: 20_000), as: "thư \(index).pdf", into: &dropped)
      try await eventually("a letter passes in spite of \(answer) at each step", within: .seconds(40)) {
        left.withLockedValue { $0.isEmpty } && line.arrived() >= dropped.count
      }
      let asked = Dictionary(grouping: line.takeSeen().compactMap(WayStep.init), by: { $0 }).mapValues(\.count)
      for step in [WayStep.stamp, .upload, .submission, .content, .acknowledgement] {
        // Twice is what one fault needs, and a fault of the step after may have the upload repeated.
        #expect(asked[step, default: 0] <= 4, "\(answer): \(asked[step, default: 0]) requests for \(step)")
      }
    }
    line.setRule { _ in .pass }
    try await line.isWhole(dropped)
    await line.close()
  }

  @Test("whoever asks for time is given it, by all letters that wait", .timeLimit(.minutes(2)))
  func retryAfter() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    for status in [429, 503] {
      _ = line.takeSeen()
      let isBusy = NIOLockedValueBox(true)
      line.setRule { request in
        guard WayStep(request) == .upload, isBusy.withLockedValue({ $0 }) else { return .pass }
        return .answer(.html(status, "", [("retry-after", "4")]))
      }
      for _ in 0..<24 {
        try line.drop(Letters.small("\(dropped.count)"), as: "thư \(dropped.count).pdf", into: &dropped)
      }
      try await eventually("it was asked") { line.seen(.upload).count > 0 }
      let first = try #require(line.seen(.upload).first).at
      try await Task.sleep(until: first + .seconds(4))
      isBusy.withLockedValue { $0 = false }
      // What was on its way when the first was answered may come yet; nothing is begun after that.
      let early = line.seen(.upload).filter {
        $0.at > first + .seconds(1) && $0.at < first + .milliseconds(3_900)
      }
      let when = early.map { "\($0.at - first)" }
      #expect(early.isEmpty, "\(status): uploads were tried \(when) after the hub had asked for 4 s")
      try await eventually("all arrive", within: .seconds(40)) { line.arrived() >= dropped.count }
    }
    try await line.isWhole(dropped)
    await line.close()
  }
}
