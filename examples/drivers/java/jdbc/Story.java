import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Properties;
import org.postgresql.PGStatement;

/** What every driver's session shows, and pgjdbc's own ways of running a statement. */
final class Story {
    static void allowed(Connection conn) throws SQLException {
        Main.create(conn);
        try (PreparedStatement insert = conn.prepareStatement("INSERT INTO kept VALUES (?, ?)")) {
            for (int id = 0; id < 10; id++) {
                insert.setInt(1, id);
                insert.setString(2, "name");
                insert.executeUpdate();
            }
            // From the fifth run on, by default, the statement has a name on the server.
            Main.check(insert.unwrap(PGStatement.class).isUseServerPrepare(), "the INSERT was not prepared on the server");
        }
        try (PreparedStatement delete = conn.prepareStatement("DELETE FROM kept WHERE id = ?")) {
            delete.setInt(1, 9);
            Main.check(delete.executeUpdate() >= 1, "deleted no row");
        }
    }

    static void approved(Connection conn) throws SQLException {
        Main.run(conn, "DROP TABLE approve_me");
        Main.exists(conn, "approve_me", false);
    }

    static void denied(Connection conn) throws Exception {
        Main.expectState("ZH002", () -> Main.run(conn, "DROP TABLE deny_me"));
        Main.exists(conn, "deny_me", true);
    }

    static void deniedParameter(Connection conn) throws Exception {
        try (PreparedStatement update = conn.prepareStatement("UPDATE deny_me SET id = ?")) {
            update.setInt(1, 7);
            Main.expectState("ZH002", update::executeUpdate);
        }
    }

    static void deniedPrepared(Connection conn) throws Exception {
        try (PreparedStatement delete = conn.prepareStatement("DELETE FROM deny_me")) {
            delete.unwrap(PGStatement.class).setPrepareThreshold(1);
            for (int run = 0; run < 3; run++) {
                Main.expectState("ZH002", delete::executeUpdate);
            }
        }
    }

    static void deniedInTransaction(Connection conn) throws Exception {
        Main.inTransaction(conn, c -> {
            Main.run(c, "INSERT INTO kept VALUES (100, 'never')");
            Main.expectState("ZH002", () -> Main.run(c, "DROP TABLE deny_me"));
            Main.expectState("25P02", () -> Main.run(c, "SELECT 1"));
            c.rollback();
        });
        Main.check(Main.value(conn, "SELECT count(*) FROM kept WHERE id = 100").equals("0"), "a denied transaction left rows");
        Main.exists(conn, "deny_me", true);
    }

    static void approvedInTransaction(Connection conn) throws Exception {
        Main.create(conn);
        Main.inTransaction(conn, c -> Main.run(c, "DROP TABLE approve_me"));
        Main.exists(conn, "approve_me", false);
    }

    /** With autosave the driver sets a savepoint before each statement, and goes back to it. */
    static void deniedWithAutosave(Connection conn) throws Exception {
        try (Connection saving = connect("autosave", "always")) {
            Main.inTransaction(saving, c -> {
                Main.run(c, "INSERT INTO kept VALUES (600, 'before')");
                Main.expectState("ZH002", () -> Main.run(c, "DROP TABLE deny_me"));
                Main.run(c, "INSERT INTO kept VALUES (600, 'after')");
            });
        }
        Main.check(Main.value(conn, "SELECT count(*) % 2 = 0 AND count(*) > 0 FROM kept WHERE id = 600").equals("t"), "autosave lost a row");
        Main.inTransaction(conn, c -> {
            Savepoint before = c.setSavepoint();
            Main.expectState("ZH002", () -> Main.run(c, "DROP TABLE deny_me"));
            c.rollback(before);
            Main.run(c, "SELECT 1");
        });
    }

    static void deniedInSimpleMode(Connection conn) throws Exception {
        try (Connection simple = connect("preferQueryMode", "simple")) {
            Main.expectState("ZH002", () -> Main.run(simple, "SELECT 1; DROP TABLE deny_me; SELECT 2"));
            Main.check(Main.value(simple, "SELECT ? + 1", 1).equals("2"), "the session is not usable");
        }
        Main.exists(conn, "deny_me", true);
    }

    private static Connection connect(String property, String value) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty(property, value);
        return DriverManager.getConnection(Main.url, properties);
    }

    private Story() {}
}
