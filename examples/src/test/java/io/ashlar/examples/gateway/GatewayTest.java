// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.message.ObjectPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The whole of it over the loopback address, and what a bad trader gets. */
class GatewayTest {

    @Test
    void everyMessageComesOnceAndEverythingComesBack() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        boolean right = GatewayDemo.run(100_000, new PrintStream(printed, true, StandardCharsets.UTF_8));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(right, text);
        assertTrue(text.contains("Every order and every fill came once, in order and undamaged."), text);
        assertTrue(text.matches("(?s).*Objects outstanding +0\\R.*"), text);
        assertTrue(text.matches("(?s).*Buffers outstanding +0\\R.*"), text);
        assertTrue(text.matches("(?s).*Messages +[23]\\d\\d,\\d\\d\\d\\R.*"), text);
    }

    @Test
    void theNumberOfOrdersIsRead() {
        assertEquals(2_000_000, GatewayDemo.orders());
        assertEquals(5000, GatewayDemo.orders("5000"));
        for (String[] wrong : new String[][] {{"3"}, {"-1"}, {"many"}, {""}, {"100000001"}, {"5000", "5000"}}) {
            assertTrue(GatewayDemo.orders(wrong) < 0, String.join(" ", wrong));
        }
    }

    private static byte[] order(Consumer<Order> content) {
        ObjectPool<Order> pool = ObjectPool.builder(Order.SCHEMA, Order::new).build();
        byte[] bytes = new byte[Order.SCHEMA.bytes()];
        try (Order order = pool.acquire()) {
            content.accept(order);
            order.getContent(0, ByteBuffer.wrap(bytes));
        }
        pool.close();
        return bytes;
    }

    private static byte[] sealed(long id, Side side, int price, int quantity) {
        return order(order -> {
            order.fill(id, 1, side, price, quantity);
            new Checksum(Order.CHECKSUM).seal(order);
        });
    }

    /** Sends bytes, reads until the gateway closes, and returns how many bytes came. */
    private static int send(GatewayServer server, byte[]... parts) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.setSoTimeout(30_000);
            for (byte[] part : parts) {
                socket.getOutputStream().write(part);
            }
            socket.shutdownOutput();
            return socket.getInputStream().readAllBytes().length;
        } catch (java.net.SocketException reset) {
            return 0; // closed while bytes of ours were unread
        }
    }

    private static void awaitNothingOutstanding(GatewayServer server) throws InterruptedException {
        for (int i = 0;
                i < 3000 && server.orders().outstanding() + server.fills().outstanding() > 0;
                i++) {
            Thread.sleep(10);
        }
        assertEquals(0, server.orders().outstanding());
        assertEquals(0, server.fills().outstanding());
        assertEquals(0, server.ordersInBook());
    }

    private static void refused(String part, byte[]... sent) throws Exception {
        try (GatewayServer server = new GatewayServer()) {
            send(server, sent);
            awaitNothingOutstanding(server);
            String failures = server.failures().all().toString();
            assertTrue(failures.contains(part), failures);
        }
    }

    @Test
    void aDamagedOrderIsRefused() throws Exception {
        byte[] damaged = sealed(0, Side.BUY, 5, 10);
        damaged[20] ^= 1;
        refused("was damaged", damaged);
    }

    @Test
    void anOrderThatIsLostOrComesTwiceIsNoticed() throws Exception {
        refused("order id=1 came where id=0 was expected", sealed(1, Side.BUY, 5, 10));
        byte[] once = sealed(0, Side.BUY, 5, 10);
        refused("order id=0 came where id=1 was expected", once, once);
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() throws Exception {
        refused("make no sense", sealed(0, Side.BUY, Book.PRICES, 10));
        refused("make no sense", sealed(0, Side.BUY, -1, 10));
        refused("make no sense", sealed(0, Side.BUY, 5, -10));
    }

    @Test
    void anOrderThatEndsTooEarlyIsToldAndReleased() throws Exception {
        byte[] whole = sealed(0, Side.SELL, 5, 10);
        byte[] half = java.util.Arrays.copyOf(sealed(1, Side.SELL, 5, 10), whole.length - 1);
        refused("the input ended after " + half.length + " of " + whole.length + " bytes", whole, half);
    }

    private static void sendMany(Socket socket, int orders) throws IOException {
        ObjectPool<Order> pool = ObjectPool.builder(Order.SCHEMA, Order::new).build();
        Checksum checksum = new Checksum(Order.CHECKSUM);
        int atOnce = 100;
        ByteBuffer bytes = ByteBuffer.allocate(atOnce * Order.SCHEMA.bytes());
        try (pool;
                Order order = pool.acquire()) {
            for (int i = 0; i < orders; i++) {
                order.fill(i, 1, Side.values()[i % 2], 5, 1 + i % 7);
                checksum.seal(order);
                order.getContent(0, bytes.limit(bytes.position() + Order.SCHEMA.bytes()));
                bytes.position(bytes.limit());
                if (bytes.position() == bytes.capacity()) {
                    socket.getOutputStream().write(bytes.array());
                    bytes.clear();
                }
            }
        }
    }

    @Test
    void whoWaitsIsToldWhenSomebodyElseTakesHisOrder() throws Exception {
        try (GatewayServer server = new GatewayServer();
                Socket waits = new Socket("127.0.0.1", server.address().getPort());
                Socket comes = new Socket("127.0.0.1", server.address().getPort())) {
            waits.setSoTimeout(30_000);
            waits.getOutputStream().write(sealed(0, Side.SELL, 5, 10));
            waits.getInputStream().readNBytes(Fill.SCHEMA.bytes());
            comes.getOutputStream().write(sealed(0, Side.BUY, 5, 4));
            byte[] fill = waits.getInputStream().readNBytes(Fill.SCHEMA.bytes());
            ByteBuffer bytes = ByteBuffer.wrap(fill).order(Fill.SCHEMA.order());
            assertEquals(4, bytes.getInt(Fill.SCHEMA.intField("quantity").offset()));
            assertEquals(6, bytes.getInt(Fill.SCHEMA.intField("open").offset()));
        }
    }

    /** He sends orders for ever: what he does not read stays bounded, and nobody else is harmed. */
    @Test
    void aTraderWhoReadsNothingIsNotReadFrom() throws Exception {
        try (GatewayServer server = new GatewayServer()) {
            Socket deaf = new Socket("127.0.0.1", server.address().getPort());
            Thread sender = new Thread(() -> {
                try {
                    sendMany(deaf, 2_000_000);
                } catch (IOException closed) {
                    // that is how it ends
                }
            });
            sender.setDaemon(true);
            sender.start();
            long seen = -1;
            for (int i = 0; i < 300 && server.orders().acquired() != seen; i++) {
                seen = server.orders().acquired();
                Thread.sleep(200);
            }
            assertEquals(seen, server.orders().acquired(), "it stops some time");
            assertTrue(
                    server.fills().outstanding() < 100_000, () -> server.fills().toString());
            server.failures().rethrow();
            try (Session others = new Session(server.address(), 1, 100, 1)) {
                others.await();
            }
            deaf.close();
            sender.join();
            awaitNothingOutstanding(server);
        }
    }

    @Test
    void whoCannotBeToldOfHisFillsIsSentAway() throws Exception {
        try (GatewayServer server = new GatewayServer(64 << 10)) {
            int orders = 2_000;
            try (Socket deaf = new Socket("127.0.0.1", server.address().getPort())) {
                sendMany(deaf, orders);
                deaf.setSoTimeout(30_000);
                deaf.getInputStream().readAllBytes();
            } catch (java.net.SocketException reset) {
                // sent away while bytes of ours were unread
            }
            awaitNothingOutstanding(server);
            assertTrue(
                    server.failures().all().toString().contains("reads too slowly"),
                    () -> server.failures().all().toString());
        }
    }

    @Test
    void theOrdersOfATraderWhoHasGoneAreGone() throws Exception {
        try (GatewayServer server = new GatewayServer()) {
            byte[] question = sealed(2, Side.BUY, 0, 0);
            try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write(sealed(0, Side.SELL, 5, 10));
                socket.getOutputStream().write(sealed(1, Side.SELL, 6, 10));
                socket.getOutputStream().write(question);
                socket.getInputStream().readNBytes(3 * Fill.SCHEMA.bytes());
                assertEquals(2, server.ordersInBook());
            }
            awaitNothingOutstanding(server);
            server.failures().rethrow();
        }
    }
}
