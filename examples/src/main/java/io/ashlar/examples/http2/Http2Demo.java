// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http2;

import io.ashlar.examples.client.Crowd;
import io.ashlar.netty.RequestArenaStats;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;

/** Sends many bodies at once over TLS, in HTTP/2 and then in HTTP/1.1. */
public final class Http2Demo {

    private static final int REQUESTS = 2_000;
    private static final int LONGEST = 64 << 10;

    private Http2Demo() {}

    /**
     * Runs the demonstration.
     *
     * @param args none
     * @throws Exception if it cannot
     */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static void run(PrintStream out) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        for (HttpClient.Version version : List.of(HttpClient.Version.HTTP_2, HttpClient.Version.HTTP_1_1)) {
            out.printf(
                    "%,d bodies of up to %,d bytes over TLS in %s, %d at once:%n",
                    REQUESTS, LONGEST, version, Crowd.AT_ONCE);
            TlsServer server = new TlsServer(certificate);
            try (server) {
                long start = System.nanoTime();
                exchange(server, certificate, version);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                out.printf("All came back as they should, after %.1f s.%n", took.toMillis() / 1e3);
            }
            RequestArenaStats arenas = server.arenas(); // now that its event loops have counted everything
            out.printf("  requests that had an arena  %,d%n", arenas.requests());
            out.printf("  still open                  %,d%n", arenas.open());
            out.printf("  bytes each, on average      %,d%n", arenas.usedBytes() / Math.max(1, arenas.requests()));
            out.printf("  ended with buffers in use   %,d%n%n", arenas.escapes());
        }
    }

    private static void exchange(TlsServer server, X509Bundle certificate, HttpClient.Version version)
            throws GeneralSecurityException, IOException {
        HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(trusting(certificate))
                .build();
        URI uri = URI.create("https://localhost:" + server.address().getPort() + "/");
        Crowd.ask(
                client,
                REQUESTS,
                number -> HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body(number))),
                (answer, number) -> check(answer, number, version));
    }

    private static SSLContext trusting(X509Bundle certificate) throws GeneralSecurityException, IOException {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, certificate.toTrustManagerFactory().getTrustManagers(), null);
        return tls;
    }

    private static byte[] body(int number) {
        SplittableRandom random = new SplittableRandom(number);
        byte[] body = new byte[random.nextInt(LONGEST)];
        random.nextBytes(body);
        return body;
    }

    private static void check(HttpResponse<byte[]> answer, int number, HttpClient.Version version) {
        if (answer.version() != version || answer.statusCode() != 200) {
            throw new IllegalStateException("answer " + number + " came as " + answer);
        }
        byte[] sent = body(number);
        byte[] back = answer.body();
        boolean same = sent.length == back.length;
        for (int i = 0; same && i < sent.length; i++) {
            same = sent[i] == back[sent.length - 1 - i];
        }
        if (!same) {
            throw new IllegalStateException("answer " + number + " is not what was sent, backwards");
        }
    }
}
