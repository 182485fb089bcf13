// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static java.lang.invoke.MethodType.methodType;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one class that knows what differs between JDKs: how native memory is obtained so that it can be freed at a moment
 * of our choice, how the address of a direct buffer is read, and how a part of a mapping goes back to the operating
 * system while the mapping stays. A test proves that no other class names the API used here.
 *
 * <table>
 * <caption>What is used where</caption>
 * <tr><th>JDK</th><th>address</th><th>obtain and free</th></tr>
 * <tr><td>17 to 21</td><td>field of {@code Buffer}, by Unsafe</td><td>direct or mapped buffer and its cleaner</td></tr>
 * <tr><td>22 to 24</td><td>{@code MemorySegment}</td><td>direct or mapped buffer and its cleaner</td></tr>
 * <tr><td>25 and up</td><td>{@code MemorySegment}</td><td>a shared {@code Arena} for each region</td></tr>
 * </table>
 *
 * <p>Shared arenas exist from 22 on, but those before 25 have defects that crash a process when an arena is closed
 * while another thread accesses it. The cleaner is called through Unsafe, which prints a warning from 24 on: 24 is left
 * with it, and from 25 on nothing of Unsafe is used, except where the runtime offers no shared arenas (a native image
 * may not).
 *
 * <p>A part of a mapping goes back through {@code madvise}, from 22 on and on Linux only, and only where this module has been
 * granted native access already: without that the JDK would print a warning at the first call, or refuse it.
 *
 * <p>All of it is reached through method handles, because the sources compile against the API of JDK 17.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
final class JdkInternals {

    private static final int FEATURE = Runtime.version().feature();
    private static final int FIRST_WITH_SEGMENTS = 22;
    private static final int FIRST_WITH_SOUND_ARENAS = 25;

    /** What every allocation and every mapping is aligned to without being asked, on every platform. */
    private static final int MALLOC_ALIGN = 8;

    private static final int SMALLEST_OS_PAGE = 4096;

    /** The most bytes that can be had at once: a segment refuses to present itself as a longer buffer. */
    static final int MAX_SIZE = Integer.MAX_VALUE - 8;

    /** There an address is a {@code long} also to C. Elsewhere advice may mean something else, or nothing. */
    private static final boolean LINUX_OF_64_BITS =
            "Linux".equals(System.getProperty("os.name")) && "64".equals(System.getProperty("sun.arch.data.model"));

    // Synchronization: volatile; set by whoever is first to find that it does not work, and never reset.
    private static volatile boolean cannotDiscard = FEATURE < FIRST_WITH_SEGMENTS || !LINUX_OF_64_BITS;

    private static final boolean ARENAS = FEATURE >= FIRST_WITH_SOUND_ARENAS && Arenas.work();

    private JdkInternals() {}

    /**
     * Native memory as the JVM itself allocates it: zeroed, and below JDK 25 counted against the JVM's limit of direct
     * memory.
     *
     * @param size bytes, from 1 to {@link #MAX_SIZE}
     * @param align a power of two
     * @return the memory
     * @throws OutOfMemoryError if the JVM's limit or the machine's memory does not suffice
     */
    static NativeMemory allocate(int size, int align) {
        if (ARENAS) {
            return Arenas.allocate(size, align);
        }
        ByteBuffer whole = ByteBuffer.allocateDirect(size + Math.max(0, align - MALLOC_ALIGN));
        return part(whole, size, align);
    }

    /**
     * A private mapping of a file, which is extended to the length needed.
     *
     * @param file a channel open for reading and writing; it may be closed after the call
     * @param size bytes, from 1 to {@link #MAX_SIZE}
     * @param align a power of two
     * @return the memory
     * @throws IOException if the mapping fails; its cause is an {@link OutOfMemoryError} if address space is short
     */
    static NativeMemory map(FileChannel file, int size, int align) throws IOException {
        // Cannot overflow: Layout sees to size + align - 1 being an int.
        int length = size + Math.max(0, align - SMALLEST_OS_PAGE);
        if (ARENAS) {
            return Arenas.map(file, length, size, align);
        }
        return part(file.map(MapMode.PRIVATE, 0, length), size, align);
    }

    /**
     * The native address of a direct buffer's first byte, whatever its position.
     *
     * @param direct a direct buffer
     * @return the address
     */
    static long address(ByteBuffer direct) {
        return FEATURE >= FIRST_WITH_SEGMENTS
                ? Segments.address(direct.duplicate().clear())
                : Cleaners.address(direct);
    }

    /**
     * What can be discarded: whole OS pages. The first call links the functions of the operating system, where they may be
     * called: that takes the JDK tenths of a second.
     *
     * @return the length of an OS page in bytes; 0 if nothing can be discarded: below JDK 22, elsewhere than on Linux of
     *     64 bits, without native access, and once it has failed
     */
    static int discardUnit() {
        if (cannotDiscard || !NativeAccess.isGranted()) {
            return 0;
        }
        try {
            return Advice.OS_PAGE;
        } catch (LinkageError missing) {
            discardNoMore("the functions of the operating system cannot be linked", missing);
            return 0;
        }
    }

    /**
     * Lets the contents of some OS pages of a private mapping go. They read as what the file holds then, which is zeros,
     * and become resident again when they are touched.
     *
     * @param address of the first of them, a multiple of {@link #discardUnit()}
     * @param bytes a multiple of it, too
     * @return false if nothing was done
     */
    static boolean discard(long address, long bytes) {
        if (discardUnit() == 0) {
            return false;
        }
        if (!Advice.dontNeed(address, bytes)) {
            discardNoMore("madvise failed for bytes=" + bytes + ": is the memory of the process locked?", null);
            return false;
        }
        return true;
    }

    private static void discardNoMore(String why, @Nullable Throwable cause) {
        cannotDiscard = true;
        System.getLogger("io.ashlar.memory").log(Logger.Level.DEBUG, "Nothing is discarded from now on: " + why, cause);
    }

    /** Cuts the aligned part out of a buffer, and frees the buffer itself later: a part has no cleaner. */
    private static NativeMemory part(ByteBuffer whole, int size, int align) {
        long start = address(whole);
        int offset = toAlignment(start, align);
        return new NativeMemory(whole.slice(offset, size), start + offset, () -> Cleaners.free(whole));
    }

    /** How many bytes lie between an address and the next aligned one. */
    private static int toAlignment(long address, int align) {
        return (int) (-address & (align - 1));
    }

    /** Turns what a method handle may throw into what the methods behind the handles really throw. */
    private static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException runtime) {
            throw runtime;
        }
        throw new IllegalStateException("the JDK threw what its documentation rules out, jdk=" + FEATURE, thrown);
    }

    /** JDK 22 and up: {@code java.lang.foreign.MemorySegment}. */
    private static final class Segments {
        static final Class<?> TYPE = foreign("MemorySegment");
        static final MethodHandle ADDRESS = handle(TYPE, "address", methodType(long.class), Object.class);
        static final MethodHandle AS_BUFFER = handle(TYPE, "asByteBuffer", methodType(ByteBuffer.class), Object.class);
        static final MethodHandle SLICE =
                handle(TYPE, "asSlice", methodType(TYPE, long.class, long.class), Object.class, long.class, long.class);
        static final MethodHandle OF_BUFFER = ofBuffer();

        private Segments() {}

        static long address(ByteBuffer direct) {
            try {
                return (long) ADDRESS.invokeExact((Object) OF_BUFFER.invokeExact((Buffer) direct));
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        static Class<?> foreign(String name) {
            try {
                return Class.forName("java.lang.foreign." + name);
            } catch (ClassNotFoundException missing) {
                throw new LinkageError("jdk=" + FEATURE + " has no java.lang.foreign." + name, missing);
            }
        }

        /** An instance method as a handle that speaks of the foreign types as objects. */
        static MethodHandle handle(Class<?> owner, String name, MethodType type, Class<?>... parameters) {
            try {
                MethodHandle found = MethodHandles.publicLookup().findVirtual(owner, name, type);
                Class<?> result = type.returnType();
                boolean known = result.isPrimitive() || result == ByteBuffer.class;
                return found.asType(methodType(known ? result : Object.class, parameters));
            } catch (ReflectiveOperationException missing) {
                throw new LinkageError("jdk=" + FEATURE + " has no " + owner.getName() + "." + name, missing);
            }
        }

        private static MethodHandle ofBuffer() {
            try {
                return MethodHandles.publicLookup()
                        .findStatic(TYPE, "ofBuffer", methodType(TYPE, Buffer.class))
                        .asType(methodType(Object.class, Buffer.class));
            } catch (ReflectiveOperationException missing) {
                throw new LinkageError("jdk=" + FEATURE + " has no MemorySegment.ofBuffer", missing);
            }
        }
    }

    /** JDK 22 and up: what {@code --enable-native-access} has granted. */
    private static final class NativeAccess {
        private static final MethodHandle IS_GRANTED =
                Segments.handle(Module.class, "isNativeAccessEnabled", methodType(boolean.class), Module.class);

        private NativeAccess() {}

        static boolean isGranted() {
            try {
                return (boolean) IS_GRANTED.invokeExact(JdkInternals.class.getModule());
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }
    }

    /** JDK 22 and up, with native access: functions of Linux. The first use of this class links them. */
    private static final class Advice {
        /** {@code MADV_DONTNEED} of {@code <sys/mman.h>}. */
        private static final int DONT_NEED = 4;

        static final int OS_PAGE;
        private static final MethodHandle ADVISE;

        static {
            try {
                Class<?> layouts = Segments.foreign("ValueLayout");
                Object anInt = layouts.getField("JAVA_INT").get(null);
                Object aLong = layouts.getField("JAVA_LONG").get(null);
                OS_PAGE = (int) function("getpagesize", anInt).invokeExact();
                ADVISE = function("madvise", anInt, aLong, aLong, anInt);
            } catch (Throwable missing) {
                throw new LinkageError("jdk=" + FEATURE + " does not link madvise", missing);
            }
        }

        private Advice() {}

        static boolean dontNeed(long address, long bytes) {
            try {
                return (int) ADVISE.invokeExact(address, bytes, DONT_NEED) == 0;
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        /** By reflection, step by step: {@code Linker.downcallHandle} looks at its caller, which has to be this class. */
        private static MethodHandle function(String name, Object result, Object... parameters)
                throws ReflectiveOperationException {
            Class<?> layout = Segments.foreign("MemoryLayout");
            Object typed = Array.newInstance(layout, parameters.length);
            System.arraycopy(parameters, 0, typed, 0, parameters.length);
            Class<?> descriptor = Segments.foreign("FunctionDescriptor");
            Object signature =
                    descriptor.getMethod("of", layout, typed.getClass()).invoke(null, result, typed);

            Class<?> type = Segments.foreign("Linker");
            Object linker = type.getMethod("nativeLinker").invoke(null);
            Object symbols = type.getMethod("defaultLookup").invoke(linker);
            Optional<?> symbol = (Optional<?>) Segments.foreign("SymbolLookup")
                    .getMethod("find", String.class)
                    .invoke(symbols, name);
            Object options = Array.newInstance(Segments.foreign("Linker$Option"), 0);
            return (MethodHandle) type.getMethod("downcallHandle", Segments.TYPE, descriptor, options.getClass())
                    .invoke(linker, symbol.orElseThrow(), signature, options);
        }
    }

    /** JDK 25 and up: {@code java.lang.foreign.Arena}. */
    private static final class Arenas {
        private static final Class<?> TYPE = Segments.foreign("Arena");
        private static final MethodHandle CLOSE = Segments.handle(TYPE, "close", methodType(void.class), Object.class);
        private static final MethodHandle ALLOCATE = Segments.handle(
                TYPE,
                "allocate",
                methodType(Segments.TYPE, long.class, long.class),
                Object.class,
                long.class,
                long.class);
        private static final MethodHandle MAP = Segments.handle(
                FileChannel.class,
                "map",
                methodType(Segments.TYPE, MapMode.class, long.class, long.class, TYPE),
                FileChannel.class,
                MapMode.class,
                long.class,
                long.class,
                Object.class);
        private static final MethodHandle OF_SHARED = ofShared();

        private Arenas() {}

        /** Tries one out: a runtime may have the type and yet refuse to make a shared one. */
        static boolean work() {
            try {
                close(open());
                return true;
            } catch (RuntimeException | LinkageError refused) {
                return false;
            }
        }

        static NativeMemory allocate(int size, int align) {
            Object arena = open();
            try {
                Object segment = (Object) ALLOCATE.invokeExact(arena, (long) size, (long) align);
                return memory(segment, (long) Segments.ADDRESS.invokeExact(segment), arena);
            } catch (Throwable thrown) {
                close(arena);
                throw unexpected(thrown);
            }
        }

        static NativeMemory map(FileChannel file, int length, int size, int align) throws IOException {
            Object arena = open();
            try {
                Object whole = (Object) MAP.invokeExact(file, MapMode.PRIVATE, 0L, (long) length, arena);
                long start = (long) Segments.ADDRESS.invokeExact(whole);
                int offset = toAlignment(start, align);
                Object part = (Object) Segments.SLICE.invokeExact(whole, (long) offset, (long) size);
                return memory(part, start + offset, arena);
            } catch (IOException failed) {
                close(arena);
                throw failed;
            } catch (Throwable thrown) {
                close(arena);
                throw unexpected(thrown);
            }
        }

        private static NativeMemory memory(Object segment, long address, Object arena) throws Throwable {
            ByteBuffer buffer = (ByteBuffer) Segments.AS_BUFFER.invokeExact(segment);
            return new NativeMemory(buffer, address, () -> close(arena));
        }

        private static Object open() {
            try {
                return (Object) OF_SHARED.invokeExact();
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        private static void close(Object arena) {
            try {
                CLOSE.invokeExact(arena);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        private static MethodHandle ofShared() {
            try {
                return MethodHandles.publicLookup()
                        .findStatic(TYPE, "ofShared", methodType(TYPE))
                        .asType(methodType(Object.class));
            } catch (ReflectiveOperationException missing) {
                throw new LinkageError("jdk=" + FEATURE + " has no Arena.ofShared", missing);
            }
        }
    }

    /** JDK 17 and up: {@code sun.misc.Unsafe}. */
    private static final class Cleaners {
        private static final MethodHandle FREE;
        private static final @Nullable MethodHandle ADDRESS;

        static {
            try {
                Class<?> type = Class.forName("sun.misc.Unsafe");
                Field instance = type.getDeclaredField("theUnsafe");
                instance.setAccessible(true);
                Object unsafe = instance.get(null);
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                FREE = lookup.findVirtual(type, "invokeCleaner", methodType(void.class, ByteBuffer.class))
                        .bindTo(unsafe);
                ADDRESS = FEATURE >= FIRST_WITH_SEGMENTS ? null : readerOfAddress(lookup, type, unsafe);
            } catch (ReflectiveOperationException missing) {
                throw new LinkageError(
                        "jdk=" + FEATURE + " gives no access to sun.misc.Unsafe: is jdk.unsupported missing?", missing);
            }
        }

        private Cleaners() {}

        static void free(ByteBuffer whole) {
            try {
                FREE.invokeExact(whole);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        static long address(ByteBuffer direct) {
            MethodHandle reader = ADDRESS;
            if (reader == null) {
                throw new IllegalStateException("jdk=" + FEATURE + " reads addresses from segments");
            }
            try {
                return (long) reader.invokeExact((Object) direct);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        private static MethodHandle readerOfAddress(MethodHandles.Lookup lookup, Class<?> type, Object unsafe)
                throws ReflectiveOperationException {
            Field address = Buffer.class.getDeclaredField("address");
            long offset =
                    (long) type.getMethod("objectFieldOffset", Field.class).invoke(unsafe, address);
            MethodHandle getLong = lookup.findVirtual(type, "getLong", methodType(long.class, Object.class, long.class))
                    .bindTo(unsafe);
            return MethodHandles.insertArguments(getLong, 1, offset);
        }
    }
}
