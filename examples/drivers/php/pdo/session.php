<?php
// A session with PHP's PDO through holdfast: statements and transactions, with one
// that a reviewer approves and one that is denied; a cursor, COPY, LISTEN and
// large objects.
//
//   php examples/drivers/php/pdo/session.php 'pgsql:host=127.0.0.1;port=6432;dbname=scratch;user=you'
//
// Answer the holds from another terminal: approve those on approve_me, deny those
// on deny_me and the FunctionCall. It creates and drops tables: use a database you
// can spare.
declare(strict_types=1);

const TABLES = '
    CREATE TABLE IF NOT EXISTS kept (id int, name text);
    CREATE TABLE IF NOT EXISTS approve_me (id int);
    CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)';

const LIMIT_MS = 20000; // for what is waited for

function expect(bool $good, string $otherwise): void
{
    if (!$good) {
        throw new RuntimeException($otherwise);
    }
}

// expect_state wants the attempt to fail with the SQLSTATE.
function expect_state(string $state, callable $attempt): void
{
    try {
        $attempt();
    } catch (PDOException $error) {
        $got = $error->errorInfo[0] ?? '';
        expect($got === $state, "got SQLSTATE $got ({$error->getMessage()}), want $state");
        $worded = str_contains($error->getMessage(), 'DETAIL: ') && str_contains($error->getMessage(), 'HINT: ');
        expect($state !== 'ZH002' || $worded, 'the denial has no detail or no hint');
        return;
    }
    expect(false, "nothing failed, want SQLSTATE $state");
}

function value(PDO $db, string $sql, array $values = []): mixed
{
    $statement = $db->prepare($sql);
    $statement->execute($values);
    return $statement->fetchColumn();
}

function expect_table(PDO $db, string $table, bool $wanted): void
{
    $there = value($db, 'SELECT to_regclass(?) IS NOT NULL', [$table]);
    expect($there === $wanted, "table $table is " . ($there ? 'there' : 'gone'));
}

$steps = [
    'allowed traffic' => function (PDO $db): void {
        $db->exec(TABLES);
        $insert = $db->prepare('INSERT INTO kept VALUES (?, ?)');
        for ($id = 0; $id < 10; $id++) {
            $insert->execute([$id, 'name']);
        }
        expect($db->exec('DELETE FROM kept WHERE id = 9') >= 1, 'deleted no row');
    },
    'approved' => function (PDO $db): void {
        $db->exec('DROP TABLE approve_me');
        expect_table($db, 'approve_me', false);
    },
    'denied' => function (PDO $db): void {
        expect_state('ZH002', fn () => $db->exec('DROP TABLE deny_me'));
        expect_state('ZH002', fn () => $db->query('DROP TABLE deny_me'));
        expect_table($db, 'deny_me', true);
    },
    'denied, prepared' => function (PDO $db): void {
        $update = $db->prepare('UPDATE deny_me SET id = ?');
        expect_state('ZH002', fn () => $update->execute([7]));
        expect_state('ZH002', fn () => $update->execute([8]));
    },
    // The driver puts the values into the text and sends that.
    'denied, emulated' => function (PDO $db): void {
        $update = $db->prepare('UPDATE deny_me SET id = ?', [PDO::ATTR_EMULATE_PREPARES => true]);
        expect_state('ZH002', fn () => $update->execute([7]));
    },
    'denied in a transaction' => function (PDO $db): void {
        $db->beginTransaction();
        $db->exec("INSERT INTO kept VALUES (100, 'never')");
        expect_state('ZH002', fn () => $db->exec('DROP TABLE deny_me'));
        expect_state('25P02', fn () => $db->exec('SELECT 1'));
        $db->rollBack();
        expect(value($db, 'SELECT count(*) FROM kept WHERE id = 100') === 0, 'a denied transaction left rows');
        expect_table($db, 'deny_me', true);
    },
    'approved in a transaction' => function (PDO $db): void {
        $db->exec(TABLES);
        $db->beginTransaction();
        $db->exec('DROP TABLE approve_me');
        $db->commit();
        expect_table($db, 'approve_me', false);
    },
    // A scrollable statement is a cursor on the server, read row by row.
    'cursor' => function (PDO $db): void {
        $db->beginTransaction();
        $many = $db->prepare('SELECT generate_series(1, 1000)', [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
        $many->execute();
        for ($rows = 0; $many->fetch() !== false; $rows++);
        $many = null;
        $db->commit();
        expect($rows === 1000, "$rows rows, want 1000");
    },
    'COPY' => function (PDO $db): void {
        $db->pgsqlCopyFromArray('kept', ["1\ta\n", "2\tb\n", "3\t\\N\n"]);
        expect(count($db->pgsqlCopyToArray('kept')) >= 3, 'copied fewer rows out than in');
        expect_state('ZH002', fn () => $db->exec('COPY (DELETE FROM deny_me RETURNING *) TO STDOUT'));
    },
    'large objects' => function (PDO $db): void {
        $db->beginTransaction();
        $oid = $db->pgsqlLOBCreate();
        $object = $db->pgsqlLOBOpen($oid, 'w+');
        fwrite($object, 'hold fast');
        fseek($object, 5);
        expect(stream_get_contents($object) === 'fast', 'read something else');
        fclose($object);
        $db->commit();
        $db->beginTransaction();
        // The driver's SQLSTATE is its own here; the server's message is inside.
        expect_state('HY000', fn () => $db->pgsqlLOBUnlink($oid));
        expect(str_contains($db->errorInfo()[2] ?? '', 'holdfast: denied'), 'the denial says ' . json_encode($db->errorInfo()));
        $db->rollBack();
        expect(value($db, 'SELECT count(*) FROM pg_largeobject_metadata WHERE oid = ?', [$oid]) === 1, 'the object is gone');
    },
    'LISTEN' => function (PDO $db): void {
        $db->exec('LISTEN news');
        $db->exec("NOTIFY news, 'hello'");
        $heard = $db->pgsqlGetNotify(PDO::FETCH_ASSOC, LIMIT_MS);
        expect(($heard['payload'] ?? '') === 'hello', 'heard ' . json_encode($heard));
        $db->exec('UNLISTEN news');
    },
];

function play(PDO $db, string $name, callable $step): bool
{
    try {
        $step($db);
        expect(!$db->inTransaction() && value($db, 'SELECT 1') === 1, 'the session is not usable');
        echo "ok $name\n";
        return true;
    } catch (Exception $error) {
        echo "FAILED $name: {$error->getMessage()}\n";
        if ($db->inTransaction()) {
            $db->rollBack();
        }
        return false;
    }
}

if ($argc !== 2) {
    fwrite(STDERR, "usage: session.php DSN\n");
    exit(2);
}
$db = new PDO($argv[1], null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$good = true;
foreach ($steps as $name => $step) {
    $good = play($db, $name, $step) && $good;
}
exit($good ? 0 : 1);
