#!/usr/bin/perl
# A session with DBD::Pg through holdfast: statements and transactions, with one
# that a reviewer approves and one that is denied; COPY, LISTEN and cancelling.
#
#   perl examples/drivers/perl/dbd-pg/session.pl 'dbi:Pg:dbname=scratch;host=127.0.0.1;port=6432;user=you'
#
# Answer the holds from another terminal: approve those on approve_me, deny those
# on deny_me. It creates and drops tables: use a database you can spare.
use strict;
use warnings;
use DBI;
use DBD::Pg qw(:async);

$| = 1;

my $tables = 'CREATE TABLE IF NOT EXISTS kept (id int, name text);'
    . 'CREATE TABLE IF NOT EXISTS approve_me (id int);'
    . 'CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)';

# What happens at the next notice; DBD::Pg makes a warning of each.
our $at_notice = sub { };
local $SIG{__WARN__} = sub {
    my ($notice) = @_;
    print $notice;
    $at_notice->();
};

# expect_state wants the attempt to fail with the SQLSTATE.
sub expect_state {
    my ($db, $state, $attempt) = @_;
    my $done = eval { $attempt->(); 1 };
    die "nothing failed, want SQLSTATE $state\n" if $done;
    my $got = $db->state;
    die "got SQLSTATE $got ($@), want $state\n" if $got ne $state;
    if ($state eq 'ZH002') {
        die "the denial has no detail or no hint: $@\n" unless $@ =~ /^DETAIL: /m && $@ =~ /^HINT: /m;
    }
}

sub value {
    my ($db, $sql, @values) = @_;
    return ($db->selectrow_array($sql, undef, @values))[0];
}

sub exists_table {
    my ($db, $table, $wanted) = @_;
    my $there = value($db, 'SELECT (to_regclass(?) IS NOT NULL)::int', $table);
    die "table $table exists: $there\n" if $there != $wanted;
}

sub allowed {
    my ($db) = @_;
    $db->do($tables);
    my $insert = $db->prepare('INSERT INTO kept VALUES (?, ?)');
    $insert->execute($_, 'name') for 0 .. 9;
    die "deleted no row\n" if $db->do('DELETE FROM kept WHERE id = ?', undef, 9) < 1;
}

sub approved {
    my ($db) = @_;
    $db->do('DROP TABLE approve_me');
    exists_table($db, 'approve_me', 0);
}

sub denied {
    my ($db) = @_;
    expect_state($db, 'ZH002', sub { $db->do('DROP TABLE deny_me') });
    expect_state($db, 'ZH002', sub { $db->do('UPDATE deny_me SET id = ?', undef, 7) });
    exists_table($db, 'deny_me', 1);
}

sub denied_prepared {
    my ($db) = @_;
    my $delete = $db->prepare('DELETE FROM deny_me WHERE true', { pg_prepare_now => 0 });
    expect_state($db, 'ZH002', sub { $delete->execute }) for 1 .. 3;
}

sub denied_in_transaction {
    my ($db) = @_;
    $db->begin_work;
    $db->do("INSERT INTO kept VALUES (100, 'never')");
    expect_state($db, 'ZH002', sub { $db->do('DROP TABLE deny_me') });
    die 'transaction status ' . $db->ping . ", want 4, in error\n" if $db->ping != 4;
    expect_state($db, '25P02', sub { $db->do('SELECT 1') });
    $db->rollback;
    die "a denied transaction left rows\n" if value($db, 'SELECT count(*) FROM kept WHERE id = 100');
    exists_table($db, 'deny_me', 1);
}

sub denied_in_savepoint {
    my ($db) = @_;
    $db->begin_work;
    $db->do("INSERT INTO kept VALUES (110, 'kept')");
    $db->pg_savepoint('before');
    expect_state($db, 'ZH002', sub { $db->do('DROP TABLE deny_me') });
    $db->pg_rollback_to('before');
    $db->commit;
    die "the row before the savepoint is missing\n" unless value($db, 'SELECT count(*) FROM kept WHERE id = 110');
}

sub approved_in_transaction {
    my ($db) = @_;
    $db->do($tables);
    $db->begin_work;
    $db->do('DROP TABLE approve_me');
    $db->commit;
    exists_table($db, 'approve_me', 0);
}

sub cursor {
    my ($db) = @_;
    $db->begin_work;
    $db->do('DECLARE many CURSOR FOR SELECT generate_series(1, 1000)');
    my $rows = 0;
    while (my @batch = @{ $db->selectcol_arrayref('FETCH 100 FROM many') }) {
        $rows += @batch;
    }
    $db->commit;
    die "$rows rows, want 1000\n" if $rows != 1000;
}

sub copy_both_ways {
    my ($db) = @_;
    $db->do('COPY kept (id, name) FROM STDIN');
    $db->pg_putcopydata("$_\n") for "1\ta", "2\tb", "3\t\\N";
    $db->pg_putcopyend;
    $db->do('COPY (SELECT generate_series(1, 1000)) TO STDOUT');
    my $size = 0;
    while (1) {
        my $row; # a new one each time: of an old one, length would be the old length
        last if $db->pg_getcopydata($row) < 0;
        $size += length $row;
    }
    die "copied $size bytes out, want 3893\n" if $size != 3893;
    expect_state($db, 'ZH002', sub { $db->do('COPY (DELETE FROM deny_me RETURNING *) TO STDOUT') });
}

sub listen_to {
    my ($db) = @_;
    $db->do('LISTEN news');
    $db->do("SELECT pg_notify('news', 'hello')");
    my $heard = $db->pg_notifies or die "heard nothing\n";
    die "heard $heard->[2]\n" if $heard->[2] ne 'hello';
    $db->do('UNLISTEN news');
}

# cancel_when cancels a statement that runs asynchronously, once it is time to.
sub cancel_when {
    my ($db, $sql, $ready) = @_;
    $db->do($sql, { pg_async => PG_ASYNC });
    until ($ready->()) {
        die "ended by itself\n" if $db->pg_ready;
        select undef, undef, undef, 0.01;
    }
    die "not cancelled\n" unless $db->pg_cancel;
    die 'got SQLSTATE ' . $db->state . ", want 57014\n" if $db->state ne '57014';
}

sub cancelled {
    my ($db) = @_;
    my ($other, $pid) = ($db->clone, $db->{pg_pid});
    my $running = "SELECT count(*) FROM pg_stat_activity WHERE pid = ? AND state = 'active' AND query LIKE '%pg_sleep%'";
    cancel_when($db, 'SELECT pg_sleep(60)', sub { value($other, $running, $pid) });
    $other->disconnect;

    my $held = 0;
    local $at_notice = sub { $held = 1 };
    cancel_when($db, 'DROP TABLE withdraw_me', sub { $held });
}

my @steps = (
    ['allowed traffic' => \&allowed],
    ['approved' => \&approved],
    ['denied' => \&denied],
    ['denied, prepared' => \&denied_prepared],
    ['denied in a transaction' => \&denied_in_transaction],
    ['denied in a savepoint' => \&denied_in_savepoint],
    ['approved in a transaction' => \&approved_in_transaction],
    ['cursor' => \&cursor],
    ['COPY' => \&copy_both_ways],
    ['LISTEN' => \&listen_to],
    ['cancelled' => \&cancelled],
);

die "usage: session.pl DSN\n" if @ARGV != 1;
my $db = DBI->connect($ARGV[0], undef, undef, { RaiseError => 1, PrintError => 0, PrintWarn => 1, AutoCommit => 1 });
my $failed = 0;
for my $step (@steps) {
    my ($name, $run) = @$step;
    if (eval { $run->($db); die "the session is not usable\n" if !$db->{AutoCommit} || value($db, 'SELECT 1') != 1; 1 }) {
        print "ok $name\n";
        next;
    }
    $failed = 1;
    print "FAILED $name: $@";
    eval { $db->rollback } unless $db->{AutoCommit};
}
$db->disconnect;
exit $failed;
