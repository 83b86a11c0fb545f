using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dispatch.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AlarmIdentity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // SQLite cannot drop a foreign key, so the tables are made anew. EF would do so outside of a transaction, and a host that is killed
            // meanwhile could not start again.
            migrationBuilder.RenameTable(
                name: "HourlyStats",
                newName: "HourlyStatsBefore");

            migrationBuilder.CreateTable(
                name: "HourlyStats",
                columns: table => new
                {
                    ProjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Hour = table.Column<long>(type: "INTEGER", nullable: false),
                    HostId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Succeeded = table.Column<long>(type: "INTEGER", nullable: false),
                    Failed = table.Column<long>(type: "INTEGER", nullable: false),
                    Died = table.Column<long>(type: "INTEGER", nullable: false),
                    Late1 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late2 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late3 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late5 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late10 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late20 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late50 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late100 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late200 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late500 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late1000 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late5000 = table.Column<long>(type: "INTEGER", nullable: false),
                    LateMinute = table.Column<long>(type: "INTEGER", nullable: false),
                    LateHour = table.Column<long>(type: "INTEGER", nullable: false),
                    LateDay = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_HourlyStats", x => new { x.ProjectId, x.Hour, x.HostId });
                });

            migrationBuilder.Sql("INSERT INTO \"HourlyStats\" SELECT * FROM \"HourlyStatsBefore\"");

            migrationBuilder.DropTable(
                name: "HourlyStatsBefore");

            migrationBuilder.RenameTable(
                name: "ProjectCounters",
                newName: "ProjectCountersBefore");

            migrationBuilder.CreateTable(
                name: "ProjectCounters",
                columns: table => new
                {
                    ProjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    HostId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Scheduled = table.Column<long>(type: "INTEGER", nullable: false),
                    Firing = table.Column<long>(type: "INTEGER", nullable: false),
                    Success = table.Column<long>(type: "INTEGER", nullable: false),
                    Failed = table.Column<long>(type: "INTEGER", nullable: false),
                    Dead = table.Column<long>(type: "INTEGER", nullable: false),
                    Cancelled = table.Column<long>(type: "INTEGER", nullable: false),
                    Changes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProjectCounters", x => new { x.ProjectId, x.HostId });
                });

            migrationBuilder.Sql("INSERT INTO \"ProjectCounters\" SELECT * FROM \"ProjectCountersBefore\"");

            migrationBuilder.DropTable(
                name: "ProjectCountersBefore");

            migrationBuilder.Sql("ALTER TABLE \"Jobs\" DROP COLUMN \"ClaimId\"");

            migrationBuilder.AddColumn<int>(
                name: "Generation",
                table: "Jobs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "ClaimId",
                table: "Jobs",
                type: "BLOB",
                nullable: true);

            // In SQL, because EF would make the table anew.
            migrationBuilder.Sql("ALTER TABLE \"Jobs\" DROP COLUMN \"Generation\"");

            migrationBuilder.RenameTable(
                name: "HourlyStats",
                newName: "HourlyStatsBefore");

            migrationBuilder.CreateTable(
                name: "HourlyStats",
                columns: table => new
                {
                    ProjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Hour = table.Column<long>(type: "INTEGER", nullable: false),
                    HostId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Succeeded = table.Column<long>(type: "INTEGER", nullable: false),
                    Failed = table.Column<long>(type: "INTEGER", nullable: false),
                    Died = table.Column<long>(type: "INTEGER", nullable: false),
                    Late1 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late2 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late3 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late5 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late10 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late20 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late50 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late100 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late200 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late500 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late1000 = table.Column<long>(type: "INTEGER", nullable: false),
                    Late5000 = table.Column<long>(type: "INTEGER", nullable: false),
                    LateMinute = table.Column<long>(type: "INTEGER", nullable: false),
                    LateHour = table.Column<long>(type: "INTEGER", nullable: false),
                    LateDay = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_HourlyStats", x => new { x.ProjectId, x.Hour, x.HostId });
                    table.ForeignKey(
                        name: "FK_HourlyStats_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql("INSERT INTO \"HourlyStats\" SELECT * FROM \"HourlyStatsBefore\"");

            migrationBuilder.DropTable(
                name: "HourlyStatsBefore");

            migrationBuilder.RenameTable(
                name: "ProjectCounters",
                newName: "ProjectCountersBefore");

            migrationBuilder.CreateTable(
                name: "ProjectCounters",
                columns: table => new
                {
                    ProjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    HostId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Scheduled = table.Column<long>(type: "INTEGER", nullable: false),
                    Firing = table.Column<long>(type: "INTEGER", nullable: false),
                    Success = table.Column<long>(type: "INTEGER", nullable: false),
                    Failed = table.Column<long>(type: "INTEGER", nullable: false),
                    Dead = table.Column<long>(type: "INTEGER", nullable: false),
                    Cancelled = table.Column<long>(type: "INTEGER", nullable: false),
                    Changes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProjectCounters", x => new { x.ProjectId, x.HostId });
                    table.ForeignKey(
                        name: "FK_ProjectCounters_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql("INSERT INTO \"ProjectCounters\" SELECT * FROM \"ProjectCountersBefore\"");

            migrationBuilder.DropTable(
                name: "ProjectCountersBefore");
        }
    }
}
