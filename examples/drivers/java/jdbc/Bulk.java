import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** Many rows at once: batches, results read in parts, COPY, large objects. */
final class Bulk {
    static void batch(Connection conn) throws SQLException {
        try (PreparedStatement insert = conn.prepareStatement("INSERT INTO kept VALUES (?, 'batch')")) {
            for (int id = 0; id < 500; id++) {
                insert.setInt(1, 10_000 + id);
                insert.addBatch();
            }
            Main.check(insert.executeBatch().length == 500, "a batch of 500 gave other counts");
        }
    }

    /** A batch is one implicit transaction: what a denial follows is undone with it. */
    static void deniedInBatch(Connection conn) throws Exception {
        try (Statement statement = conn.createStatement()) {
            statement.addBatch("INSERT INTO kept VALUES (200, 'never')");
            statement.addBatch("DROP TABLE deny_me");
            statement.addBatch("INSERT INTO kept VALUES (200, 'never')");
            Main.expectState("ZH002", () -> failing(statement));
        }
        Main.check(Main.value(conn, "SELECT count(*) FROM kept WHERE id = 200").equals("0"), "a denied batch left rows");
        Main.exists(conn, "deny_me", true);
    }

    /** The server's own error is inside of the batch's. */
    private static void failing(Statement statement) throws SQLException {
        try {
            statement.executeBatch();
        } catch (BatchUpdateException error) {
            throw error.getNextException();
        }
    }

    static void approvedInBatch(Connection conn) throws SQLException {
        Main.create(conn);
        try (Statement statement = conn.createStatement()) {
            statement.addBatch("INSERT INTO kept VALUES (300, 'batch')");
            statement.addBatch("DROP TABLE approve_me");
            statement.addBatch("INSERT INTO kept VALUES (300, 'batch')");
            Main.check(statement.executeBatch().length == 3, "a batch of 3 gave other counts");
        }
        Main.exists(conn, "approve_me", false);
    }

    /** In a transaction a fetch size makes a portal that is executed a hundred rows at a time. */
    static void fetchSize(Connection conn) throws Exception {
        Main.inTransaction(conn, c -> {
            try (Statement statement = c.createStatement()) {
                statement.setFetchSize(100);
                ResultSet rows = statement.executeQuery("SELECT generate_series(1, 1000)");
                int count = 0;
                while (rows.next()) {
                    count++;
                    if (count % 150 == 0) { // another statement between two fetches
                        Main.run(c, "INSERT INTO kept VALUES (700, 'between')");
                    }
                }
                Main.check(count == 1000, count + " rows, want 1000");
            }
        });
        Main.inTransaction(conn, c -> {
            try (Statement statement = c.createStatement()) {
                statement.setFetchSize(100);
                ResultSet rows = statement.executeQuery("SELECT generate_series(1, 1000)");
                Main.expectState("ZH002", () -> Main.run(c, "DROP TABLE deny_me"));
                Main.expectState("25P02", () -> readAll(rows));
                c.rollback();
            }
        });
    }

    private static void readAll(ResultSet rows) throws SQLException {
        while (rows.next()) {
            rows.getInt(1);
        }
    }

    static void copyBothWays(Connection conn) throws Exception {
        CopyManager copies = conn.unwrap(PGConnection.class).getCopyAPI();
        long rows = copies.copyIn("COPY kept (id, name) FROM STDIN", new StringReader("1\ta\n2\tb\n3\t\\N\n"));
        Main.check(rows == 3, "copied " + rows + " rows in, want 3");

        CopyIn givenUp = copies.copyIn("COPY kept (id, name) FROM STDIN");
        byte[] row = "500\tnever\n".getBytes(StandardCharsets.UTF_8);
        givenUp.writeToCopy(row, 0, row.length);
        givenUp.cancelCopy();
        Main.check(Main.value(conn, "SELECT count(*) FROM kept WHERE id = 500").equals("0"), "a COPY that was given up left rows");

        StringWriter out = new StringWriter();
        copies.copyOut("COPY (SELECT generate_series(1, 1000)) TO STDOUT", out);
        Main.check(out.toString().length() == 3893, "copied " + out.toString().length() + " bytes out, want 3893");
        Main.expectState("ZH002", () -> copies.copyOut("COPY (DELETE FROM deny_me RETURNING *) TO STDOUT", out));
    }

    /** The driver's calls for large objects are FunctionCall messages, outside of any statement. */
    static void largeObjects(Connection conn) throws Exception {
        LargeObjectManager objects = conn.unwrap(PGConnection.class).getLargeObjectAPI();
        long[] id = new long[1];
        Main.inTransaction(conn, c -> {
            id[0] = objects.createLO();
            try (LargeObject object = objects.open(id[0])) {
                object.write("hold fast".getBytes(StandardCharsets.UTF_8));
                object.seek(5);
                String read = new String(object.read(16), StandardCharsets.UTF_8);
                Main.check(read.equals("fast"), "read " + read);
            }
        });
        Main.inTransaction(conn, c -> {
            Main.expectState("ZH002", () -> objects.unlink(id[0]));
            c.rollback();
        });
        Main.check(Main.value(conn, "SELECT count(*) FROM pg_largeobject_metadata WHERE oid = ?", id[0]).equals("1"), "the large object is gone");
    }

    private Bulk() {}
}
