import CCurl
import Durable
import Foundation

/// What to ask, and where the answer's bytes go.
struct CurlRequest: Sendable {
  enum Body: Sendable {
    case none
    case data(Data)
    /// A part of a file; read while it is sent.
    case file(path: String, offset: Int64, length: Int64)
  }

  enum Sink: Sendable {
    /// In memory, up to so many bytes.
    case memory(limit: Int)
    /// At the end of a file, up to so many bytes. Answers that aren't 2xx go to memory.
    case file(path: String, limit: Int64)
    /// To a closure on the transport's thread. Answers that aren't 200 go to memory.
    case stream(@Sendable (Data) -> Void)
  }

  enum Patience: Sendable {
    /// A small question: 30 s in all.
    case call
    /// Many bytes: as long as they move.
    case transfer
    /// A stream with a heartbeat.
    case stream
  }

  var method = "GET"
  var url: String
  var headers: [String] = []
  var body = Body.none
  var sink = Sink.memory(limit: 64 << 10)
  var patience = Patience.call
  /// Only for the one question whose answer is checked against a pinned fingerprint.
  var acceptsAnyServer = false
  /// A service whose answers are signed: plain http and TLS 1.2 are enough.
  var isPublicService = false
}

struct CurlResponse: Sendable {
  var status: Int
  /// Names in lower case; the last of equal names counts.
  var headers: [String: String]
  var body: Data

  var contentType: String { String(headers["content-type"]?.split(separator: ";").first ?? "").lowercased() }
}

/// With what a connection is made. Public parts and keys in PEM.
struct CurlCredentials: Sendable {
  var root: Data?
  var certificate: Data?
  var key: Data?
  var proxy: String?
}

/// One request on its way: owns its easy handle. Used by the transport's thread alone once it was handed over.
final class CurlTransfer: @unchecked Sendable {
  // Sendable: handed to the transport's thread once, and touched nowhere else after that.
  let handle: UnsafeMutableRawPointer
  private let request: CurlRequest
  private let finish: @Sendable (Result<CurlResponse, HubFault>) -> Void
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var source: OwnedDescriptor?
  private var sent: Int64 = 0
  private var target: OwnedDescriptor?
  private var received: Int64 = 0
  private var headers: [String: String] = [:]
  private var headerBytes = 0
  private var body = Data()
  private var failure: HubFault?

  private static let headerLimit = 64 << 10
  private static let bodyLimit = 64 << 10

  init?(
    _ request: CurlRequest, _ credentials: CurlCredentials,
    finish: @escaping @Sendable (Result<CurlResponse, HubFault>) -> Void
  ) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    self.request = request
    self.finish = finish
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure(credentials)
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  // MARK: - Configuration

  private func configure(_ credentials: CurlCredentials) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    cc_set_pointer(handle, CURLOPT_PRIVATE, context)
    cc_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    cc_set_string(handle, CURLOPT_URL, request.url)
    cc_set_string(handle, CURLOPT_PROTOCOLS_STR, request.isPublicService ? "http,https" : "https")
    cc_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    cc_set_long(handle, CURLOPT_NOSIGNAL, 1)
    cc_set_long(handle, CURLOPT_TCP_NODELAY, 1)
    cc_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    cc_set_long(handle, CURLOPT_TCP_KEEPIDLE, 60)
    cc_set_long(handle, CURLOPT_TCP_KEEPINTVL, 20)
    cc_set_long(handle, CURLOPT_CONNECTTIMEOUT, 20)
    // One connection a transfer: HTTP/2 costs the hub twice the memory and gains nothing on few connections.
    cc_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    cc_set_long(
      handle, CURLOPT_SSLVERSION, Int(request.isPublicService ? CURL_SSLVERSION_TLSv1_2 : CURL_SSLVERSION_TLSv1_3))
    cc_set_long(handle, CURLOPT_BUFFERSIZE, DurableFile.pieceSize)
    cc_set_long(handle, CURLOPT_UPLOAD_BUFFERSIZE, DurableFile.pieceSize)
    if request.acceptsAnyServer {
      cc_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0)
      cc_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0)
    }
    set(credentials.root, CURLOPT_CAINFO_BLOB)
    set(credentials.certificate, CURLOPT_SSLCERT_BLOB)
    set(credentials.key, CURLOPT_SSLKEY_BLOB)
    if let proxy = credentials.proxy { cc_set_string(handle, CURLOPT_PROXY, proxy) }
    switch request.patience {
    case .call: cc_set_long(handle, CURLOPT_TIMEOUT, 30)
    case .transfer:
      cc_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      cc_set_long(handle, CURLOPT_LOW_SPEED_TIME, 60)
    case .stream:
      cc_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      cc_set_long(handle, CURLOPT_LOW_SPEED_TIME, 90)
    }
    // "Expect:" empty: the hub's framework doesn't answer 100-continue, and curl would wait a second for it.
    for header in request.headers + ["Expect:"] { headerList = curl_slist_append(headerList, header) }
    cc_set_list(handle, CURLOPT_HTTPHEADER, headerList)
    configureBody(context)
    cc_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      CurlTransfer.from(context)?.write(bytes, size * count) ?? 0
    }
    cc_set_pointer(handle, CURLOPT_WRITEDATA, context)
    cc_set_data_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      CurlTransfer.from(context)?.header(bytes, size * count) ?? 0
    }
    cc_set_pointer(handle, CURLOPT_HEADERDATA, context)
  }

  private func set(_ bytes: Data?, _ option: CURLoption) {
    guard let bytes else { return }
    bytes.withUnsafeBytes { _ = cc_set_blob(handle, option, $0.baseAddress, $0.count) }
  }

  private func configureBody(_ context: UnsafeMutableRawPointer) {
    let length: Int64
    switch request.body {
    case .none:
      switch request.method {
      case "GET": return
      case "HEAD": cc_set_long(handle, CURLOPT_NOBODY, 1)
      default: cc_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method)
      }
      return
    case .data(let data): length = Int64(data.count)
    case .file(let path, _, let count):
      length = count
      do { source = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NOFOLLOW) } catch {
        failure = HubFault(kind: .local(error.code), detail: "\(error)")
      }
    }
    cc_set_long(handle, CURLOPT_UPLOAD, 1)
    cc_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method)
    cc_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
    cc_set_data_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
      CurlTransfer.from(context)?.read(bytes, size * count) ?? Int(CURL_READFUNC_ABORT)
    }
    cc_set_pointer(handle, CURLOPT_READDATA, context)
    // A reused connection that turns out dead, or a proxy that wants to know who we are, makes libcurl start over.
    cc_set_seek_callback(handle) { context, offset, _ in
      guard let transfer = CurlTransfer.from(context) else { return Int32(CURL_SEEKFUNC_FAIL) }
      transfer.sent = Int64(offset)
      return Int32(CURL_SEEKFUNC_OK)
    }
    cc_set_pointer(handle, CURLOPT_SEEKDATA, context)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: - Callbacks, on the transport's thread

  private func read(_ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int {
    guard let buffer else { return Int(CURL_READFUNC_ABORT) }
    let count: Int
    switch request.body {
    case .none: return 0
    case .data(let data):
      count = min(capacity, data.count - Int(sent))
      guard count > 0 else { return 0 }
      data.withUnsafeBytes { bytes in
        UnsafeMutableRawPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[Int(sent)..<Int(sent) + count]).baseAddress.unsafelyUnwrapped,
          byteCount: count)
      }
    case .file(let path, let offset, let length):
      let wanted = Int(min(Int64(capacity), length - sent))
      guard wanted > 0 else { return 0 }
      guard let source else { return Int(CURL_READFUNC_ABORT) }
      count = pread(source.number, buffer, wanted, off_t(offset + sent))
      guard count > 0 else {
        failure = HubFault(kind: .local(count < 0 ? errno : EIO), detail: "the spooled file \(path) cannot be read")
        return Int(CURL_READFUNC_ABORT)
      }
    }
    sent += Int64(count)
    return count
  }

  private func write(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let bytes, count > 0 else { return count }
    let piece = UnsafeRawBufferPointer(start: bytes, count: count)
    let status = cc_status(handle)
    switch request.sink {
    case .stream(let take) where status == 200: take(Data(piece))
    case .file(let path, let limit) where (200..<300).contains(status):
      received += Int64(count)
      guard received <= limit else { return tooMuch() }
      do {
        if target == nil {
          target = try OwnedDescriptor(opening: path, flags: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
        }
        if let target { try DurableFile.write(piece, to: target, path: FilePath(path)) }
      } catch {
        failure = HubFault(kind: .local(error.code), detail: "\(error)")
        return 0
      }
    case .memory(let limit):
      guard body.count + count <= limit else { return tooMuch() }
      body.append(contentsOf: piece)
    default:
      guard body.count + count <= Self.bodyLimit else { return tooMuch() }
      body.append(contentsOf: piece)
    }
    return count
  }

  private func tooMuch() -> Int {
    failure = HubFault(kind: .protocolViolation, detail: "the answer of \(request.url) is longer than it may be")
    return 0
  }

  private func header(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let bytes, count > 0 else { return count }
    headerBytes += count
    guard headerBytes <= Self.headerLimit else { return tooMuch() }
    let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      headers.removeAll()
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0.isWhitespace }
      headers[line[..<colon].lowercased()] = String(value.prefix { !$0.isNewline })
    }
    return count
  }

  // MARK: - The end

  func complete(_ result: CURLcode) {
    if let failure { return finish(.failure(failure)) }
    guard result == CURLE_OK else {
      let text = String(cString: errorText)
      let detail = "\(request.url): \(text.isEmpty ? String(cString: curl_easy_strerror(result)) : text)"
      return finish(.failure(HubFault(kind: Self.kind(of: result), detail: detail)))
    }
    finish(.success(CurlResponse(status: Int(cc_status(handle)), headers: headers, body: body)))
  }

  func fail(_ fault: HubFault) { finish(.failure(fault)) }

  private static func kind(of code: CURLcode) -> HubFault.Kind {
    switch code {
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_CLIENTCERT:
      .tls
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR:
      .protocolViolation
    case CURLE_OUT_OF_MEMORY: .local(ENOMEM)
    default: .unreachable
    }
  }
}
