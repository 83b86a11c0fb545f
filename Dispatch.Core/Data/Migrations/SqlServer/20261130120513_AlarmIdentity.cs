using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dispatch.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class AlarmIdentity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_HourlyStats_Projects_ProjectId",
                table: "HourlyStats");

            migrationBuilder.DropForeignKey(
                name: "FK_ProjectCounters_Projects_ProjectId",
                table: "ProjectCounters");

            migrationBuilder.DropColumn(
                name: "ClaimId",
                table: "Jobs");

            migrationBuilder.AddColumn<int>(
                name: "Generation",
                table: "Jobs",
                type: "int",
                nullable: false,
                defaultValue: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "ClaimId",
                table: "Jobs",
                type: "binary(16)",
                nullable: true);

            migrationBuilder.DropColumn(
                name: "Generation",
                table: "Jobs");

            migrationBuilder.AddForeignKey(
                name: "FK_HourlyStats_Projects_ProjectId",
                table: "HourlyStats",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_ProjectCounters_Projects_ProjectId",
                table: "ProjectCounters",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);
        }
    }
}
