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
