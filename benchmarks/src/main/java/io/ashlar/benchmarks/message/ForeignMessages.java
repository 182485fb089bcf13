// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;

/**
 * Structs of the foreign memory interface, for JDK 22 and up, cut from one segment of a shared arena by a slicing allocator. This is no pool:
 * nothing can be given back by itself, so when the segment is used up, a new slicing allocator starts over at its beginning, whoever still has
 * a struct there. The segment is short enough for the processor's caches.
 *
 * <p>The classes are compiled for Java 17. So fields are method handles in {@code static final} variables, which are constants to the JIT, as
 * the variable handles of a layout are. Allocating is a method of an interface, which the JIT does not inline into a method handle; so
 * it goes through a class like that of a method reference, {@code SegmentAllocator::allocate}, which has a profile of its own.
 */
final class ForeignMessages extends MessageSource<Object> {

    private static final int STRUCTS = 2048;
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private static final MethodHandle ARENA;
    private static final MethodHandle CLOSE;
    private static final MethodHandle SLICES;
    private static final Cutter CUTTER;
    private static final MethodHandle GET_ID = access(VarHandle.AccessMode.GET, "JAVA_LONG", ID);
    private static final MethodHandle SET_ID = access(VarHandle.AccessMode.SET, "JAVA_LONG", ID);
    private static final MethodHandle GET_PRICE = access(VarHandle.AccessMode.GET, "JAVA_LONG", PRICE);
    private static final MethodHandle SET_PRICE = access(VarHandle.AccessMode.SET, "JAVA_LONG", PRICE);
    private static final MethodHandle GET_TIME = access(VarHandle.AccessMode.GET, "JAVA_LONG", TIME);
    private static final MethodHandle SET_TIME = access(VarHandle.AccessMode.SET, "JAVA_LONG", TIME);
    private static final MethodHandle GET_QUANTITY = access(VarHandle.AccessMode.GET, "JAVA_INT", QUANTITY);
    private static final MethodHandle SET_QUANTITY = access(VarHandle.AccessMode.SET, "JAVA_INT", QUANTITY);
    private static final MethodHandle GET_FLAGS = access(VarHandle.AccessMode.GET, "JAVA_INT", FLAGS);
    private static final MethodHandle SET_FLAGS = access(VarHandle.AccessMode.SET, "JAVA_INT", FLAGS);

    static {
        try {
            Class<?> arena = foreign("Arena");
            Class<?> segment = foreign("MemorySegment");
            Class<?> allocator = foreign("SegmentAllocator");
            ARENA = LOOKUP.findStatic(arena, "ofShared", MethodType.methodType(arena))
                    .asType(MethodType.methodType(Object.class));
            CLOSE = LOOKUP.findVirtual(arena, "close", MethodType.methodType(void.class))
                    .asType(MethodType.methodType(void.class, Object.class));
            SLICES = LOOKUP.findStatic(allocator, "slicingAllocator", MethodType.methodType(allocator, segment))
                    .asType(MethodType.methodType(Object.class, Object.class));
            CUTTER = cutter(
                    LOOKUP.findVirtual(allocator, "allocate", MethodType.methodType(segment, long.class, long.class)));
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Object arena;
    private final Object segment;
    private Object slices;
    private int left = STRUCTS;

    ForeignMessages() {
        try {
            arena = (Object) ARENA.invokeExact();
            segment = CUTTER.allocate(arena, (long) STRUCTS * BYTES, BYTES);
            slices = (Object) SLICES.invokeExact(segment);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code SegmentAllocator.allocate(bytes, alignment)}. An arena is one, too. */
    @FunctionalInterface
    interface Cutter {
        Object allocate(Object allocator, long bytes, long alignment);
    }

    private static Cutter cutter(MethodHandle allocate) throws Throwable {
        MethodType erased = MethodType.methodType(Object.class, Object.class, long.class, long.class);
        return (Cutter) LambdaMetafactory.metafactory(
                        LOOKUP, "allocate", MethodType.methodType(Cutter.class), erased, allocate, allocate.type())
                .getTarget()
                .invokeExact();
    }

    /** Reads or writes a value of a layout at an offset of a segment. */
    private static MethodHandle access(VarHandle.AccessMode mode, String layout, long offset) {
        try {
            Class<?> layouts = foreign("ValueLayout");
            VarHandle anywhere = (VarHandle) layouts.getMethod("varHandle")
                    .invoke(layouts.getField(layout).get(null));
            MethodHandle there = MethodHandles.insertArguments(anywhere.toMethodHandle(mode), 1, offset);
            return there.asType(there.type().changeParameterType(0, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Class<?> foreign(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign." + name);
    }

    @Override
    public Object acquire() {
        if (left == 0) {
            startOver();
        }
        left--;
        return CUTTER.allocate(slices, BYTES, Long.BYTES);
    }

    private void startOver() {
        try {
            slices = (Object) SLICES.invokeExact(segment);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        left = STRUCTS;
    }

    @Override
    public void set(Object message, long number) {
        try {
            SET_ID.invokeExact(message, number);
            SET_PRICE.invokeExact(message, number + 1);
            SET_TIME.invokeExact(message, number + 2);
            SET_QUANTITY.invokeExact(message, (int) number + 3);
            SET_FLAGS.invokeExact(message, (int) number + 4);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public long sum(Object message) {
        try {
            return (long) GET_ID.invokeExact(message)
                    + (long) GET_PRICE.invokeExact(message)
                    + (long) GET_TIME.invokeExact(message)
                    + (int) GET_QUANTITY.invokeExact(message)
                    + (int) GET_FLAGS.invokeExact(message);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void release(Object message) {}

    @Override
    public void close() {
        try {
            CLOSE.invokeExact(arena);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
