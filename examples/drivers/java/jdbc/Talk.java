import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What goes on beside the conversation: notifications, cancelling, time limits. */
final class Talk {
    private static final int LIMIT_MS = 20_000;

    static void listen(Connection conn) throws SQLException {
        Main.run(conn, "LISTEN news");
        try (Connection other = DriverManager.getConnection(Main.url)) {
            Main.run(other, "NOTIFY news, 'hello'");
        }
        PGNotification[] heard = conn.unwrap(PGConnection.class).getNotifications(LIMIT_MS);
        Main.check(heard != null && heard.length == 1 && heard[0].getParameter().equals("hello"), "did not hear hello");
        Main.run(conn, "UNLISTEN news");
    }

    static void cancelled(Connection conn) throws Exception {
        cancelAtNotice(conn, "CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)");
        cancelAtNotice(conn, "DROP TABLE withdraw_me");
    }

    /**
     * A hold's notice says that the statement waits; that of CREATE TABLE IF NOT EXISTS says that
     * the server has begun. The driver adds notices to the statement's warnings as they come.
     */
    private static void cancelAtNotice(Connection conn, String sql) throws Exception {
        try (Statement statement = conn.createStatement()) {
            Thread canceller = new Thread(() -> awaitNoticeAndCancel(statement));
            canceller.start();
            Main.expectState("57014", () -> statement.execute(sql));
            canceller.join();
        }
    }

    private static void awaitNoticeAndCancel(Statement statement) {
        try {
            long deadline = System.currentTimeMillis() + LIMIT_MS;
            SQLWarning notice;
            while ((notice = statement.getWarnings()) == null && System.currentTimeMillis() < deadline) {
                Thread.sleep(10);
            }
            System.out.println(notice);
            statement.cancel();
        } catch (SQLException | InterruptedException error) {
            System.out.println("cancelling: " + error);
        }
    }

    static void timedOut(Connection conn) throws Exception {
        try (Statement statement = conn.createStatement()) {
            statement.setQueryTimeout(2); // seconds
            Main.expectState("57014", () -> statement.execute("SELECT pg_sleep(60)"));
            Main.expectState("57014", () -> statement.execute("DROP TABLE withdraw_me"));
        }
    }

    private Talk() {}
}
