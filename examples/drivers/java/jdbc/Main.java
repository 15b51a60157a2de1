import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.util.ServerErrorMessage;
import org.postgresql.util.PSQLException;

/**
 * A session with pgjdbc through holdfast: statements, transactions and batches, with one that a
 * reviewer approves and one that is denied; cursors, COPY, large objects, LISTEN and cancelling.
 *
 * <pre>
 * javac -cp /usr/share/java/postgresql.jar -d classes examples/drivers/java/jdbc/[A-Z]*.java
 * java -cp classes:/usr/share/java/postgresql.jar Main 'jdbc:postgresql://127.0.0.1:6432/scratch?user=you'
 * </pre>
 *
 * Answer the holds from another terminal: approve those on approve_me, deny those on deny_me and
 * the FunctionCall. It creates and drops tables: use a database you can spare.
 */
public final class Main {
    /** Something that runs on a session; it throws when it does not go as it should. */
    interface Step {
        void run(Connection conn) throws Exception;
    }

    /** Something that is expected to fail. */
    interface Attempt {
        void run() throws Exception;
    }

    /** Where to connect to, for the steps that need a session of their own. */
    static String url;

    private static Map<String, Step> steps() {
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("allowed traffic", Story::allowed);
        steps.put("approved", Story::approved);
        steps.put("denied", Story::denied);
        steps.put("denied with a parameter", Story::deniedParameter);
        steps.put("denied, prepared on the server", Story::deniedPrepared);
        steps.put("denied in a transaction", Story::deniedInTransaction);
        steps.put("approved in a transaction", Story::approvedInTransaction);
        steps.put("denied with autosave", Story::deniedWithAutosave);
        steps.put("denied in simple mode", Story::deniedInSimpleMode);
        steps.put("batch", Bulk::batch);
        steps.put("denied in a batch", Bulk::deniedInBatch);
        steps.put("approved in a batch", Bulk::approvedInBatch);
        steps.put("fetch size", Bulk::fetchSize);
        steps.put("COPY", Bulk::copyBothWays);
        steps.put("large objects", Bulk::largeObjects);
        steps.put("LISTEN", Talk::listen);
        steps.put("cancelled", Talk::cancelled);
        steps.put("timed out", Talk::timedOut);
        return steps;
    }

    public static void main(String[] args) throws SQLException {
        if (args.length != 1) {
            System.err.println("usage: Main JDBC-URL");
            System.exit(2);
        }
        url = args[0];
        boolean good = true;
        try (Connection conn = DriverManager.getConnection(url)) {
            for (Map.Entry<String, Step> step : steps().entrySet()) {
                good &= play(conn, step.getKey(), step.getValue());
            }
        }
        System.exit(good ? 0 : 1);
    }

    private static boolean play(Connection conn, String name, Step step) {
        try {
            step.run(conn);
            check(conn.getAutoCommit(), "the step left its transaction open");
            check(value(conn, "SELECT 41 + 1").equals("42"), "the session is not usable");
            System.out.println("ok " + name);
            return true;
        } catch (Exception error) {
            System.out.println("FAILED " + name + ": " + error);
            return false;
        }
    }

    static void check(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** Wants the attempt to fail with the SQLSTATE. */
    static void expectState(String state, Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (SQLException error) {
            check(state.equals(error.getSQLState()), "got SQLSTATE " + error.getSQLState() + " (" + error.getMessage() + "), want " + state);
            if (state.equals("ZH002") && error instanceof PSQLException) {
                ServerErrorMessage said = ((PSQLException) error).getServerErrorMessage();
                check(said != null && said.getDetail() != null && said.getHint() != null, "the denial has no detail or no hint");
            }
            return;
        }
        check(false, "nothing failed, want SQLSTATE " + state);
    }

    static void run(Connection conn, String sql) throws SQLException {
        try (Statement statement = conn.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row. */
    static String value(Connection conn, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = conn.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            ResultSet rows = statement.executeQuery();
            check(rows.next(), "no row from " + sql);
            return rows.getString(1);
        }
    }

    static void exists(Connection conn, String table, boolean wanted) throws SQLException {
        String there = value(conn, "SELECT to_regclass(?) IS NOT NULL", table);
        check(there.equals(wanted ? "t" : "f"), "table " + table + " exists: " + there);
    }

    static void create(Connection conn) throws SQLException {
        run(conn, "CREATE TABLE IF NOT EXISTS kept (id int, name text);"
                + "CREATE TABLE IF NOT EXISTS approve_me (id int);"
                + "CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)");
    }

    /** Runs a step inside a transaction, which ends with it: committed if all went well. */
    static void inTransaction(Connection conn, Step step) throws Exception {
        conn.setAutoCommit(false);
        try {
            step.run(conn);
            conn.commit();
        } finally {
            conn.rollback();
            conn.setAutoCommit(true);
        }
    }

    private Main() {}
}
