using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dispatch.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class BigPayloads : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "BigPayloads",
                columns: table => new
                {
                    JobId = table.Column<Guid>(type: "uuid", nullable: false),
                    Bytes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BigPayloads", x => x.JobId);
                    table.ForeignKey(
                        name: "FK_BigPayloads_Jobs_JobId",
                        column: x => x.JobId,
                        principalTable: "Jobs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            // Only of jobs that may still be delivered: the rows of the others do not change any more.
            migrationBuilder.Sql(
                """
                INSERT INTO "BigPayloads" ("JobId", "Bytes")
                SELECT "Id", "Payload" FROM "Jobs" WHERE octet_length("Payload") > 4096 AND "NextAttemptAt" IS NOT NULL;
                UPDATE "Jobs" SET "Payload" = ''::bytea WHERE octet_length("Payload") > 4096 AND "NextAttemptAt" IS NOT NULL;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                UPDATE "Jobs" SET "Payload" = (SELECT b."Bytes" FROM "BigPayloads" AS b WHERE b."JobId" = "Jobs"."Id")
                WHERE octet_length("Payload") = 0;
                """);

            migrationBuilder.DropTable(
                name: "BigPayloads");
        }
    }
}
