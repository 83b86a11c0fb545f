using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dispatch.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Dashboard : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Jobs_AccountId_CreatedAt_Id",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_ArmedBy_NextAttemptAt",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_ProjectId_CreatedAt_Id",
                table: "Jobs");

            migrationBuilder.CreateTable(
                name: "DeliveryHours",
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
                    table.PrimaryKey("PK_DeliveryHours", x => new { x.ProjectId, x.Hour, x.HostId });
                    table.ForeignKey(
                        name: "FK_DeliveryHours_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "ProjectTallies",
                columns: table => new
                {
                    ProjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    HostId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Scheduled = table.Column<long>(type: "INTEGER", nullable: false),
                    Firing = table.Column<long>(type: "INTEGER", nullable: false),
                    Success = table.Column<long>(type: "INTEGER", nullable: false),
                    Failed = table.Column<long>(type: "INTEGER", nullable: false),
                    Dead = table.Column<long>(type: "INTEGER", nullable: false),
                    Cancelled = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProjectTallies", x => new { x.ProjectId, x.HostId });
                    table.ForeignKey(
                        name: "FK_ProjectTallies_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_AccountId_CreatedAt_Id_ProjectId_FireAt",
                table: "Jobs",
                columns: new[] { "AccountId", "CreatedAt", "Id", "ProjectId", "FireAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_AccountId_Status_CreatedAt_Id_ProjectId_FireAt",
                table: "Jobs",
                columns: new[] { "AccountId", "Status", "CreatedAt", "Id", "ProjectId", "FireAt" },
                filter: "\"Status\" IN ('FAILED', 'DEAD', 'CANCELLED')");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_AccountId_UpdatedAt_ProjectId",
                table: "Jobs",
                columns: new[] { "AccountId", "UpdatedAt", "ProjectId" },
                filter: "\"Status\" IN ('FAILED', 'DEAD')");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ArmedBy_NextAttemptAt_ProjectId",
                table: "Jobs",
                columns: new[] { "ArmedBy", "NextAttemptAt", "ProjectId" },
                filter: "\"NextAttemptAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ProjectId_CreatedAt_Id_FireAt",
                table: "Jobs",
                columns: new[] { "ProjectId", "CreatedAt", "Id", "FireAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ProjectId_Status_CreatedAt_Id_FireAt",
                table: "Jobs",
                columns: new[] { "ProjectId", "Status", "CreatedAt", "Id", "FireAt" });

            migrationBuilder.Sql(DashboardBackfill.Tallies);
            migrationBuilder.Sql(DashboardBackfill.Hours);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeliveryHours");

            migrationBuilder.DropTable(
                name: "ProjectTallies");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_AccountId_CreatedAt_Id_ProjectId_FireAt",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_AccountId_Status_CreatedAt_Id_ProjectId_FireAt",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_AccountId_UpdatedAt_ProjectId",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_ArmedBy_NextAttemptAt_ProjectId",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_ProjectId_CreatedAt_Id_FireAt",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_ProjectId_Status_CreatedAt_Id_FireAt",
                table: "Jobs");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_AccountId_CreatedAt_Id",
                table: "Jobs",
                columns: new[] { "AccountId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ArmedBy_NextAttemptAt",
                table: "Jobs",
                columns: new[] { "ArmedBy", "NextAttemptAt" },
                filter: "\"NextAttemptAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ProjectId_CreatedAt_Id",
                table: "Jobs",
                columns: new[] { "ProjectId", "CreatedAt", "Id" });
        }
    }
}
