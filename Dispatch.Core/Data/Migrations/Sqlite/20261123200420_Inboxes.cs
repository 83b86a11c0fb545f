using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dispatch.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Inboxes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "InboxDelayMs",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "InboxStatus",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 200);

            migrationBuilder.AddColumn<string>(
                name: "InboxToken",
                table: "Projects",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "");

            // Projects that are there already get a token of their own, before the index asks for it.
            migrationBuilder.Sql("UPDATE \"Projects\" SET \"InboxToken\" = lower(hex(randomblob(16)))");

            migrationBuilder.CreateTable(
                name: "InboxRequests",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ProjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ReceivedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Method = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Headers = table.Column<string>(type: "TEXT", nullable: false),
                    Body = table.Column<byte[]>(type: "BLOB", nullable: false),
                    BodyIsCut = table.Column<bool>(type: "INTEGER", nullable: false),
                    Signature = table.Column<string>(type: "TEXT", maxLength: 7, nullable: false),
                    JobId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    AnsweredStatus = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_InboxRequests", x => x.Id);
                    table.ForeignKey(
                        name: "FK_InboxRequests_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Projects_InboxToken",
                table: "Projects",
                column: "InboxToken",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_InboxRequests_ProjectId_ReceivedAt_Id",
                table: "InboxRequests",
                columns: new[] { "ProjectId", "ReceivedAt", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "InboxRequests");

            migrationBuilder.DropIndex(
                name: "IX_Projects_InboxToken",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "InboxDelayMs",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "InboxStatus",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "InboxToken",
                table: "Projects");
        }
    }
}
